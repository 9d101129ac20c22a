"""`course update` on a small course with a server of its own: nothing that a student has written is ever lost."""

import os
import re
import shlex
import shutil
import subprocess
from datetime import date
from itertools import count

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from course_lib.workshop.cli import checkout, updating
from course_lib.workshop.cli.checkout import Checkout
from course_lib.workshop.grading import copies
from course_lib.workshop.grading.versions import digest, stamp
from course_lib.workshop.notebooks import write_notebook
from tests.disks import disk_with_room_for
from tests.notebooks.lesson import REPOSITORY
from tests.workshop.cli.conftest import course
from tests.workshop.grading.test_versions import NEW, answered, sheet

LESSON, OTHER, SHEET = "notebooks/01_a.ipynb", "notebooks/02_b.ipynb", "notebooks/exercises/release/01_a/01_a.ipynb"
MINE = "notebooks/exercises/mine/01_a/01_a.ipynb"
MODULE = "course_lib/heads.py"
TODAY = date(2026, 12, 7)


class Frozen(date):
    """A day that doesn't end while a test runs."""

    @classmethod
    def today(cls):
        return TODAY


@pytest.fixture(autouse=True)
def git_for_tests(monkeypatch):
    """No settings of this machine, a name for commits, and always the same day."""
    for module in (checkout, updating):
        monkeypatch.setattr(module, "date", Frozen)
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    for name in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"):
        monkeypatch.setenv(name, os.devnull)
    for name in ("GIT_AUTHOR", "GIT_COMMITTER"):
        monkeypatch.setenv(f"{name}_NAME", "Ana")
        monkeypatch.setenv(f"{name}_EMAIL", "ana@example.org")


def git(folder, *arguments):
    return subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout


def lesson(source="x = 1", text="1\n", version=None):
    """A run lesson with one cell."""
    cell = new_code_cell(source, id="only", outputs=[new_output("stream", text=text)])
    info = {"name": "python"} | ({"version": version} if version else {})
    return new_notebook(cells=[cell], metadata={"language_info": info})


def put(root, **files):
    """Write the files of the small course that are named: lesson, other, sheet, module, or a path."""
    names = {"lesson": LESSON, "other": OTHER, "sheet": SHEET, "mine": MINE, "module": MODULE}
    for name, content in files.items():
        path = root / names.get(name, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content) if isinstance(content, str) else write_notebook(content, path)


@pytest.fixture
def server(tmp_path):
    """The repository of the small course; its working tree is where the lecturer writes."""
    root = tmp_path / "server"
    put(root, lesson=lesson(), other=lesson(), sheet=sheet(1, 2), module="heads = 2\n")
    shutil.copy(REPOSITORY / ".gitignore", root)
    git(root, "init", "--quiet", "--initial-branch=main")
    publish(root)
    return root


def publish(root, **files):
    """Let the server have a newer version."""
    put(root, **files)
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message=newer")


@pytest.fixture
def clone(server, tmp_path, monkeypatch):
    """The clone of a student."""
    root = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", server, root)
    monkeypatch.setattr(updating, "REPOSITORY", root)
    return root


def holds(root, *texts):
    """Whether each of the texts is in a file below `root`."""
    files = [path.read_text() for path in root.rglob("*") if path.is_file() and ".git" not in path.parts]
    return all(any(text in file for file in files) for text in texts)


def sources(path):
    return [cell.source for cell in nbformat.read(path, as_version=4).cells]


def is_current(clone, server):
    return git(clone, "rev-parse", "HEAD") == git(server, "rev-parse", "HEAD") and not git(clone, "status", "--short")


def test_what_a_student_has_changed_moves_aside_where_the_update_changes_it_too(clone, server):
    put(clone, lesson=lesson("x = 'mine'"), other=lesson("x = 'other'"), module="heads = 7\n")
    publish(server, lesson=lesson("x = 2"), module="heads = 3\n")
    result = course("update")
    assert result.exit_code == 0, result.stderr
    kept = f"notebooks/mine/01_a_{TODAY}.ipynb"
    assert result.stdout.splitlines()[:3] == [
        f"You have changed {MODULE}; your version is now runs/kept/{TODAY}/{MODULE}",
        f"You have changed {LESSON}; your version is now {kept}",
        "The course has its newest version; files changed: 2.",
    ]
    assert sources(clone / kept) == ["x = 'mine'"] and sources(clone / LESSON) == ["x = 2"]
    assert (clone / f"runs/kept/{TODAY}" / MODULE).read_text() == "heads = 7\n"
    assert sources(clone / OTHER) == ["x = 'other'"], "the update doesn't change this file"
    assert git(clone, "status", "--short").split() == ["M", OTHER]


def test_what_jupyterlab_adds_by_itself_is_no_work_of_the_student(clone, server):
    put(clone, lesson=lesson(version="3.13.0"))
    publish(server, lesson=lesson("x = 2"))
    assert "You have changed" not in course("update").stdout
    assert is_current(clone, server)


def test_answers_typed_into_the_student_edition_become_the_copy_and_get_the_new_question(clone, server):
    put(clone, sheet=answered(sheet(1, 2), answer_1="x1 = 8"))
    publish(server, sheet=sheet(1, 2, 3, question_1=NEW))
    told = course("update").stdout
    assert f"You have changed {SHEET}; your version is now {MINE}" in told
    assert "Your copy of the exercises 01_a is up to date: 01.1 has changed; 01.3 is new." in told
    assert sources(clone / MINE) == sources_of(answered(sheet(1, 2, 3, question_1=NEW), answer_1="x1 = 8"))
    assert is_current(clone, server)


def test_answers_typed_into_the_student_edition_come_beside_a_copy_that_is_there(clone, server):
    put(clone, sheet=answered(sheet(1, 2), answer_1="x1 = 8"), mine=answered(sheet(1, 2), answer_1="x1 = 9"))
    publish(server, sheet=sheet(1, 2, question_1=NEW))
    course("update")
    assert "x1 = 9" in sources(clone / MINE) and NEW in sources(clone / MINE)
    assert "x1 = 8" in sources(clone / f"notebooks/exercises/mine/01_a/01_a_{TODAY}.ipynb")


def sources_of(notebook):
    return [cell.source for cell in notebook.cells]


def test_copies_get_the_new_questions_when_the_course_itself_is_up_to_date(clone):
    put(clone, mine=answered(sheet(1), answer_1="x1 = 8"))
    told = course("update").stdout.splitlines()
    assert told[0] == "There is nothing new on the server of the course."
    assert told[1] == "Your copy of the exercises 01_a is up to date: 01.2 is new."


def test_work_in_a_sheet_that_has_a_new_number_follows_it(clone, server):
    mine = answered(sheet(1, 2), answer_1="x1 = 8", question_2="## 01.2 · A title\n\nMy note on E = 64.")
    put(clone, mine=mine, **{f"notebooks/mine/01_a_{TODAY}.ipynb": lesson("x = 'mine'")})
    (server / SHEET).unlink()
    (server / LESSON).rename(server / "notebooks/04_a.ipynb")
    newer = renumbered(sheet(1, 2, 3), "04")
    publish(server, **{SHEET.replace("01_a", "04_a"): newer})
    told = course("update").stdout
    for before, after in (
        (MINE, "notebooks/exercises/mine/04_a/04_a.ipynb"),
        (f"notebooks/mine/01_a_{TODAY}.ipynb", f"notebooks/mine/04_a_{TODAY}.ipynb"),
    ):
        assert f"{clone / before} is now {clone / after}, because the lesson has another number." in told
        assert not (clone / before).exists()
    assert "stays as it is" not in told
    found = nbformat.read(clone / "notebooks/exercises/mine/04_a/04_a.ipynb", as_version=4)
    assert found.metadata.course_sheet == newer.metadata.course_sheet
    texts = [cell.source for cell in found.cells]
    assert [text for text in texts if text in sources_of(newer)] == [
        text for text in sources_of(newer) if text != "x1 = None"
    ]
    assert set(texts) - set(sources_of(newer)) == {"x1 = 8", "## 01.2 · A title\n\nMy note on E = 64."}
    assert sources(clone / f"notebooks/mine/04_a_{TODAY}.ipynb") == ["x = 'mine'"]


def renumbered(edition, number):
    """The edition after `course renumber`."""
    made = nbformat.reads(nbformat.writes(edition).replace("-01-", f"-{number}-").replace("01.", f"{number}."), 4)
    stamp(made)
    return made


def test_work_in_a_sheet_with_a_new_number_stays_beside_a_newer_copy(clone, server):
    put(clone, mine=answered(sheet(1), answer_1="x1 = 8"))
    put(clone, **{MINE.replace("01_a", "04_a"): renumbered(sheet(1), "04")})
    (server / SHEET).unlink()
    publish(server, **{SHEET.replace("01_a", "04_a"): renumbered(sheet(1), "04")})
    assert f"{clone / MINE} stays as it is: " in course("update").stdout
    assert "x1 = 8" in sources(clone / MINE)


def test_several_versions_of_one_day_are_all_kept(clone, server):
    for number in range(3):
        put(clone, lesson=lesson(f"x = 'mine {number}'"))
        publish(server, lesson=lesson(f"x = {number + 2}"))
        course("update")
    assert holds(clone, *(f"x = 'mine {number}'" for number in range(3)))
    assert len(list((clone / "notebooks/mine").iterdir())) == 3


@pytest.mark.parametrize("state", ["staged", "staged as new", "untracked", "ignored", "removed", "a folder", "damaged"])
def test_a_file_in_any_state_is_kept_and_nothing_is_blocked(state, clone, server):
    name = "runs/05_c.ipynb" if state == "ignored" else "notebooks/05_c.ipynb"
    if state in ("staged as new", "untracked", "ignored"):
        put(clone, **{name: "written by me"})
        put(server, **{name: lesson()})
        git(server, "add", "--force", name)
        publish(server)
    else:
        publish(server, lesson=lesson("x = 2"))
        (clone / LESSON).unlink()
        if state == "a folder":
            put(clone, **{f"{LESSON}/note.txt": "written by me"})
        elif state != "removed":
            put(clone, lesson="written by me")
    if "staged" in state:
        git(clone, "add", "--all")
    result = course("update")
    assert result.exit_code == 0, result.stderr
    assert is_current(clone, server)
    assert state == "removed" or holds(clone, "written by me")


def in_a_merge(clone, server):
    put(clone, lesson="mine")
    git(clone, "commit", "--quiet", "--all", "--message=mine")
    publish(server, lesson="theirs")
    subprocess.run(["git", "pull", "--quiet", "--no-rebase"], cwd=clone, capture_output=True, check=False)


def without_network(clone, server):
    server.rename(server.with_name("gone"))


def without_clone(clone, server):
    shutil.rmtree(clone / ".git")


def without_server(clone, server):
    git(clone, "remote", "remove", "origin")


def on_an_old_commit(clone, server):
    git(clone, "checkout", "--quiet", "--detach")


def within_another_repository(clone, server):
    shutil.rmtree(clone / ".git")
    git(clone.parent, "init", "--quiet")


OBSTACLES = {
    in_a_merge: "an earlier merge is not finished (MERGE_HEAD)",
    without_network: "the newest version can't be fetched, so nothing was changed; is there a network?",
    without_clone: "is not a clone of the course",
    without_server: "this clone has no server",
    on_an_old_commit: "this branch follows no branch of a server",
    within_another_repository: "is not a clone of the course, but a part of",
}


@pytest.mark.parametrize("obstacle", OBSTACLES, ids=lambda obstacle: obstacle.__name__)
def test_an_obstacle_is_named_and_nothing_is_changed(obstacle, clone, server, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", "" if obstacle is within_another_repository else str(clone.parent))
    obstacle(clone, server)
    put(clone, lesson="mine", mine=answered(sheet(1), answer_1="x1 = 8"))
    before = {path: path.read_bytes() for path in clone.rglob("*") if path.is_file() and ".git" not in path.parts}
    result = course("update")
    assert result.exit_code == 2
    assert OBSTACLES[obstacle] in result.stderr
    assert {path: path.read_bytes() for path in before} == before


def test_without_git_a_sentence_says_so(clone, monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert "git is not installed" in course("update").stderr


def commit(clone, message="mine", **files):
    """Let the student have a commit of their own."""
    put(clone, **files)
    git(clone, "add", "--all")
    git(clone, "commit", "--quiet", f"--message={message}")
    return git(clone, "rev-parse", "HEAD")


def rewrite(server):
    """Let the server have another history: the same files, and no commit that a clone knows."""
    git(server, "checkout", "--quiet", "--orphan", "anew")
    git(server, "commit", "--quiet", "--message=anew")
    git(server, "branch", "--force", "main")
    git(server, "switch", "--quiet", "main")


def test_commits_of_the_student_alone_stay_as_they_are(clone):
    mine = commit(clone, other=lesson("x = 'mine'"))
    assert "There is nothing new" in course("update").stdout
    assert git(clone, "rev-parse", "HEAD") == mine


@pytest.mark.parametrize("rewritten", [False, True])
def test_the_student_s_commits_become_a_branch_and_their_files_are_kept(rewritten, clone, server):
    commit(clone, module="heads = 5\n")
    mine = commit(clone, lesson=lesson("x = 'mine'"), other=lesson("x = 'other'"), **{"notebooks/my_own.md": "my own"})
    publish(server, lesson=lesson("x = 2"), module="heads = 3\n")
    if rewritten:
        rewrite(server)
    result = course("update")
    assert result.exit_code == 0, result.stderr
    assert result.stdout.splitlines()[0] == (
        f"You have commits of your own (2); they are now the branch mine/{TODAY}: git log mine/{TODAY}"
    )
    assert git(clone, "rev-parse", f"mine/{TODAY}") == mine
    assert git(clone, "log", "--format=%s", f"mine/{TODAY}").splitlines()[:2] == ["mine", "mine"]
    assert git(clone, "rev-parse", "HEAD") == git(server, "rev-parse", "HEAD")
    assert git(clone, "status", "--short", "--branch").splitlines() == [
        "## main...origin/main",
        f" M {OTHER}",
        "?? notebooks/my_own.md",
    ]
    assert sources(clone / f"notebooks/mine/01_a_{TODAY}.ipynb") == ["x = 'mine'"]
    assert (clone / f"runs/kept/{TODAY}" / MODULE).read_text() == "heads = 5\n"
    assert sources(clone / OTHER) == ["x = 'other'"] and sources(clone / LESSON) == ["x = 2"]
    assert course("update").stdout == "There is nothing new on the server of the course.\n"


def test_each_day_s_commits_have_a_branch_of_their_own(clone, server):
    for number in range(2):
        commit(clone, lesson=lesson(f"x = 'mine {number}'"))
        publish(server, lesson=lesson(f"x = {number + 2}"))
        assert course("update").exit_code == 0
    assert git(clone, "branch", "--format=%(refname:short)", "--list", "mine/*").split() == [
        f"mine/{TODAY}",
        f"mine/{TODAY}_2",
    ]


@pytest.mark.parametrize("earlier", [False, True])
def test_a_history_that_the_server_has_rewritten_is_not_the_student_s(earlier, clone, server):
    if earlier:  # the server takes its newest version back
        publish(server, lesson=lesson("x = 9"))
        course("update")
        git(server, "reset", "--quiet", "--hard", "HEAD~1")
    else:
        publish(server, lesson=lesson("x = 2"))
        rewrite(server)
    put(clone, other=lesson("x = 'other'"))
    result = course("update")
    assert "commits of your own" not in result.stdout
    assert git(clone, "rev-parse", "HEAD") == git(server, "rev-parse", "HEAD")
    assert not git(clone, "branch", "--list", "mine/*")
    assert sources(clone / OTHER) == ["x = 'other'"]


def test_without_a_trace_of_the_old_history_all_commits_are_kept(clone, server):
    mine = commit(clone, lesson=lesson("x = 'mine'"))
    rewrite(server)
    publish(server, lesson=lesson("x = 2"))
    git(clone, "fetch", "--quiet")
    git(clone, "reflog", "expire", "--expire=all", "--all")
    assert course("update").exit_code == 0
    assert git(clone, "rev-parse", "HEAD") == git(server, "rev-parse", "HEAD")
    assert git(clone, "rev-parse", f"mine/{TODAY}") == mine


def commands_in(text):
    """The commands of git that a text says, without those that only show something."""
    return [shlex.split(words)[1:] for words in re.findall(r"`(git [^`]*)`", text) if words != "git status"]


def test_after_the_advice_for_an_unfinished_merge_an_update_ends_well(clone, server):
    in_a_merge(clone, server)
    advised = commands_in(course("update").stderr)
    assert advised == [["merge", "--abort"]]
    for words in advised:
        git(clone, *words)
    assert course("update").exit_code == 0
    assert "mine" in (clone / f"notebooks/mine/01_a_{TODAY}.ipynb").read_text()
    assert git(clone, "rev-parse", "HEAD") == git(server, "rev-parse", "HEAD")


def test_after_the_advice_on_an_old_commit_an_update_ends_well(clone, server):
    on_an_old_commit(clone, server)
    publish(server, lesson=lesson("x = 2"))
    for words in commands_in(course("update").stderr):
        git(clone, *words)
    assert course("update").exit_code == 0
    assert is_current(clone, server)


WORK = "x = 'mine'", "heads = 7\n", "x1 = 8"


STEPS = (
    (Checkout, "set_aside"),
    (Checkout, "back_to"),
    (shutil, "move"),
    (Checkout, "restore"),
    (Checkout, "forward"),
    (copies, "write_notebook"),
)


def worked_on(clone, server):
    commit(clone, lesson=lesson("x = 'committed'"))
    put(clone, lesson=lesson("x = 'mine'"), module="heads = 7\n", sheet=answered(sheet(1, 2), answer_1="x1 = 8"))
    publish(server, lesson=lesson("x = 2"), module="heads = 3\n", sheet=sheet(1, 2, 3))


def test_an_update_that_is_killed_at_any_step_loses_nothing_and_the_next_one_ends_well(clone, server, monkeypatch):
    """It is killed before each step: to name a branch, to go back, to move a file, to restore one, to go on."""
    worked_on(clone, server)
    pristine = shutil.copytree(clone, clone.with_name("pristine"))
    for step in count():
        shutil.rmtree(clone)
        shutil.copytree(pristine, clone)
        with monkeypatch.context() as patch:
            left = iter(range(step))
            for owner, name in STEPS:
                patch.setattr(owner, name, mortal(getattr(owner, name), left))
            try:
                list(updating.update_course(clone))
            except KeyboardInterrupt:
                assert holds(clone, *WORK)
            else:
                break
        list(updating.update_course(clone))
        assert holds(clone, *WORK)
        assert is_current(clone, server)
    assert step > len(STEPS)


def mortal(function, left):
    """The function, which is killed when nothing is left."""

    def call(*arguments, **settings):
        if next(left, None) is None:
            raise KeyboardInterrupt
        return function(*arguments, **settings)

    return call


@pytest.mark.parametrize("room", [0, 300, 1000, 3000])
def test_a_full_disk_loses_nothing_and_the_next_update_ends_well(room, clone, server):
    worked_on(clone, server)
    publish(server, lesson=lesson("x = 2", text="long\n" * 2000))
    with disk_with_room_for(room):
        result = course("update")
    assert result.exit_code == 2 and result.stderr.startswith("course: ")
    assert holds(clone, *WORK)
    (clone / ".git" / "index.lock").unlink(missing_ok=True)
    assert course("update").exit_code == 0
    assert holds(clone, *WORK)
    assert is_current(clone, server)


def test_a_damaged_copy_is_named_and_the_others_are_updated(clone, server):
    put(clone, mine='{"cells": [')
    put(clone, **{"notebooks/exercises/mine/07_b/07_b.ipynb": '{"cells": ['})
    put(clone, **{"notebooks/exercises/mine/02_b/02_b.ipynb": answered(sheet(1), answer_1="x1 = 8")})
    put(server, **{SHEET.replace("01_a", "02_b"): sheet(1, 2)})
    publish(server)
    told = course("update").stdout
    assert f"{clone / MINE} stays as it is: " in told
    assert "Your copy of the exercises 02_b is up to date: 01.2 is new." in told
    assert "07_b.ipynb stays as it is: " in told
    assert (clone / MINE).read_text() == '{"cells": ['


def test_a_copy_whose_sheet_has_gone_stays_and_is_named(clone, server):
    put(clone, mine=answered(sheet(1), answer_1="x1 = 8"))
    (server / SHEET).unlink()
    publish(server)
    before = (clone / MINE).read_bytes()
    assert f"{clone / MINE} stays as it is: the course has no sheet 01_a now." in course("update").stdout
    assert (clone / MINE).read_bytes() == before


def test_the_digests_are_those_of_the_newest_edition_after_an_update(clone, server):
    put(clone, mine=answered(sheet(1), answer_1="x1 = 8"))
    publish(server, sheet=sheet(1, 2, 3))
    course("update")
    stored = nbformat.read(clone / MINE, as_version=4).metadata.course_sheet
    assert stored["question-01-3"] == digest(sheet(3).cells[1])


def test_other_packages_are_named(clone, server):
    publish(server, **{"pyproject.toml": "[project]\n"})
    assert "make lab installs them" in course("update").stdout
