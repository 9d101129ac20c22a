"""What people do in their first hours, on a clean clone of this course: each journey ends as its reader was told."""

import random
import sys
from datetime import date

import pytest
from nbformat.v4 import new_markdown_cell

from course_lib.workshop.lessons import LESSONS
from course_lib.workshop.notebooks import read_notebook, write_notebook
from tests.notebooks.lesson import REPOSITORY
from tests.workshop.cli.test_first_week import call, course, sheet, texts

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (REPOSITORY / ".git").exists(), reason="this is not a clone of the course"),
]
FIRST = LESSONS[1].stem


@pytest.fixture
def server(tmp_path):
    """A clone of this repository that others clone."""
    call(tmp_path, "git", "clone", "--quiet", REPOSITORY, tmp_path / "server")
    call(tmp_path / "server", "git", "switch", "--quiet", "--create", "term")
    return tmp_path / "server"


@pytest.fixture
def clone(server, tmp_path):
    call(tmp_path, "git", "clone", "--quiet", server, tmp_path / "clone")
    return tmp_path / "clone"


def write_into(folder, stem, text):
    """Write a cell of prose into a lesson, and commit it."""
    path = folder / "notebooks" / f"{stem}.ipynb"
    notebook = read_notebook(path)
    notebook.cells.insert(2, new_markdown_cell(text))
    write_notebook(notebook, path)
    call(folder, "git", "commit", "--quiet", "--all", f"--message={text}")


def test_a_student_with_a_commit_gets_the_update_and_keeps_the_commit(clone, server):
    write_into(clone, FIRST, "mine")
    write_into(server, FIRST, "corrected")
    assert f"they are now the branch mine/{date.today()}" in course(clone, "update")
    lesson, kept = (clone / "notebooks" / name for name in (f"{FIRST}.ipynb", f"mine/{FIRST}_{date.today()}.ipynb"))
    assert "corrected" in texts(lesson) and "mine" in texts(kept)
    assert call(clone, "git", "log", "--format=%s", "-1", f"mine/{date.today()}") == "mine\n"
    assert call(clone, "git", "rev-parse", "HEAD") == call(server, "git", "rev-parse", "HEAD")


def test_a_student_of_a_fork_that_drops_a_lesson_finds_their_sheet_under_its_new_number(clone, server):
    last = LESSONS[12]
    course(clone, "start", f"{last.number:02}")
    path = sheet(clone, last.stem, "mine")
    notebook = read_notebook(path)
    answer = next(c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("solution"))
    answer.source = "answer = 'mine'"
    write_notebook(notebook, path)
    course(server, "drop", "11")
    call(server, "git", "add", "--all")
    call(server, "git", "commit", "--quiet", "--message=without a lesson")
    assert "because the lesson has another number" in course(clone, "update")
    new = f"{last.number - 1:02}_{last.name}"
    assert "answer = 'mine'" in texts(sheet(clone, new, "mine"))
    assert not path.exists()
    assert course(clone, "start", "--update", new[:2])


def test_somebody_trains_on_their_own_text_and_is_told_when_it_overfits(clone):
    dice = random.Random(3)
    words = ["".join(dice.choices("abcdefghij", k=4)) for _ in range(300)]
    (clone / "novel.txt").write_text("\n\n".join(" ".join(dice.choices(words, k=40)) for _ in range(60)))
    said = course(clone, "train", "base", "--source", "novel.txt", "--minutes", "0.5", "--out", "runs/mine")
    assert "The model overfits: from step " in said
    assert '"best step"' in (clone / "runs" / "mine" / "card.json").read_text()


def test_an_empty_sentence_is_not_passed_over_in_silence(clone):
    code = "from course_lib.workshop.cli import app; app(['translate', ''], standalone_mode=False)"
    with pytest.raises(AssertionError, match="a sentence must contain some text"):
        call(clone, sys.executable, "-c", code)
