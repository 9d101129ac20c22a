"""`course check`, `progress`, `release` and `grade` on small exercise notebooks."""

import os
import signal
import subprocess
import sys
import time

import nbformat
import pytest

from course_lib.files import read_json, write_json
from course_lib.workshop import grading
from course_lib.workshop.cli import exercises
from course_lib.workshop.exercises.results import Result
from course_lib.workshop.grading.grades import Grade
from course_lib.workshop.grading.versions import stamp
from course_lib.workshop.lessons import LESSONS
from tests.disks import almost_full_disk, each_full_disk
from tests.workshop.cli.conftest import course
from tests.workshop.exercises.editions import SOURCES
from tests.workshop.grading.small_course import NAME, answered, source_notebook, write


@pytest.fixture
def notebook(tmp_path, monkeypatch):
    """A function that writes the exercises, with other answers, and returns the path."""
    monkeypatch.setattr(exercises, "PROGRESS", tmp_path / "progress.json")

    def write_answers(**answers):
        path = tmp_path / f"{NAME}.ipynb"
        write(answered(source_notebook(), **answers), path)
        return path

    return write_answers


def test_progress_begins_with_the_first_check(notebook):
    assert "nothing checked yet" in course("progress").stdout


def test_a_check_says_what_is_solved_and_progress_keeps_it(notebook, tmp_path):
    path = notebook(a2='prediction = {"plain": 64, "scaled": 1, "slope": 0.09}')
    before = path.read_bytes()
    result = course("check", path)
    assert result.exit_code == 0, result.stderr
    lines = [line.split(maxsplit=2) for line in result.stdout.splitlines()]
    assert lines[1][:2] == ["01.2", "no"]
    assert "64 is the variance of the score" in lines[1][2]
    assert lines[2][:2] == ["01.4", "yes"]
    assert "1 of 2 solved, 2.66 of 3 points" in result.stdout
    assert path.read_bytes() == before
    assert read_json(tmp_path / "progress.json")["small"]["solved"] == ["01.4"]
    assert "1 of 2  2 of 3" in course("progress").stdout


def test_progress_keeps_what_was_solved_once(tmp_path, monkeypatch):
    monkeypatch.setattr(exercises, "PROGRESS", tmp_path / "progress.json")
    exercises.remember("04_small", [Result("04.2", 1, 1, ""), Result("04.4", 0, 2, "")])
    exercises.remember("05_small", [Result("05.2", 0, 1, ""), Result("05.4", 2, 2, "")])
    assert read_json(tmp_path / "progress.json")["small"]["solved"] == ["05.2", "05.4"]
    assert "2 of 2  3 of 3" in course("progress").stdout


def test_a_sheet_is_copied_once_and_an_answer_in_it_brought_back(tmp_path, monkeypatch):
    monkeypatch.setattr("course_lib.workshop.grading.editions.EDITIONS", tmp_path)
    stem = LESSONS[1].stem
    write(source_notebook(), tmp_path / "release" / stem / f"{stem}.ipynb")
    mine = tmp_path / "mine" / stem / f"{stem}.ipynb"
    assert "is missing; `course start` makes it" in course("reset", "01.2").stderr
    assert course("start", "1").stdout.strip() == str(mine)
    assert "is there already" in course("start", "1").stderr
    write(answered(source_notebook(), a2="a = 1", a4="b = 2"), mine)
    assert course("reset", "01.2").stdout == "a = 1\n"
    assert nbformat.read(mine, as_version=4).cells[2].source == source_notebook().cells[2].source
    assert nbformat.read(mine, as_version=4).cells[4].source == "b = 2"
    assert "has no cell answer-01-9" in course("reset", "01.9").stderr


@pytest.fixture
def sheet(tmp_path, monkeypatch):
    """The path of a copy of a small sheet; and a function that writes a newer edition, in which E is another number."""
    monkeypatch.setattr("course_lib.workshop.grading.editions.EDITIONS", tmp_path)
    monkeypatch.setattr(exercises, "PROGRESS", tmp_path / "progress.json")
    stem, notebook = LESSONS[1].stem, source_notebook()
    notebook.cells.insert(2, nbformat.v4.new_markdown_cell())

    def release(width):
        notebook.cells[2].source = f"## 01.2 · The scale\n\nE = {width}."
        stamp(notebook)
        write(notebook, tmp_path / "release" / stem / f"{stem}.ipynb")

    release(64)
    assert course("start", "1").exit_code == 0
    return tmp_path / "mine" / stem / f"{stem}.ipynb", release


def test_a_sheet_that_has_changed_is_named_and_comes_into_the_copy_beside_the_answers(sheet):
    mine, release = sheet
    write(answered(nbformat.read(mine, as_version=4), a2="prediction = 7"), mine)
    assert "since your copy was made" not in course("start", "1").stderr
    release(100)
    for told in (course("start", "1").stderr, course("check", "1").stdout):
        assert "since your copy was made, 01.2 has changed. `course start --update 01` brings this" in told
    assert course("start", "--update", "1").stdout.strip() == f"{mine} is up to date: 01.2 has changed"
    sources = [cell.source for cell in nbformat.read(mine, as_version=4).cells]
    assert "## 01.2 · The scale\n\nE = 100." in sources and "prediction = 7" in sources
    assert "since your copy was made" not in course("check", "1").stdout
    assert course("start", "--update", "1").stdout.strip() == f"{mine} is up to date: nothing has changed"


def test_an_update_without_a_copy_says_how_to_make_one(sheet):
    sheet[0].unlink()
    assert "is missing; `course start` makes it" in course("start", "--update", "1").stderr


@each_full_disk
@pytest.mark.parametrize("command", [["reset", "01.2"], ["start", "--update", "01"]], ids=" ".join)
def test_a_full_disk_leaves_the_copy_as_it_is(full_disk, command, sheet):
    mine, release = sheet
    release(100)
    before = mine.read_bytes()
    with full_disk():
        result = course(*command)
    assert result.exit_code == 2
    assert "the previous version is unchanged" in result.stderr
    assert mine.read_bytes() == before


def test_a_copy_that_a_full_disk_cuts_off_is_not_there(sheet):
    mine, _ = sheet
    mine.unlink()
    with almost_full_disk():
        assert "could not save" in course("start", "1").stderr
    assert not mine.exists()


@pytest.mark.parametrize("command", [["check", "1"], ["start", "1"], ["start", "--update", "1"], ["reset", "01.2"]])
def test_a_damaged_copy_is_named(command, sheet):
    mine, _ = sheet
    mine.write_text('{"cells": [')
    result = course(*command)
    assert result.exit_code == 2
    assert f"{mine} is not a notebook" in result.stderr
    assert mine.read_text() == '{"cells": ['


def test_progress_follows_the_list_of_lessons(tmp_path, monkeypatch):
    monkeypatch.setattr(exercises, "PROGRESS", tmp_path / "progress.json")
    entry = {"solved": [], "exercises": 5, "points": "0 of 7", "checked": "2026-01-02"}
    write_json(tmp_path / "progress.json", {"mine": entry, LESSONS[3].name: entry, LESSONS[2].name: entry})
    lines = course("progress").stdout.splitlines()
    assert [line[: line.index("  ")] for line in lines[1:4]] == [
        *(f"{lesson.number:02} {lesson.title}" for lesson in LESSONS[2:4]),
        "mine",
    ]


def test_an_error_in_one_answer_leaves_the_others_to_be_checked(notebook):
    result = course("check", notebook(a2="prediction = no_such_name"))
    assert result.exit_code == 1
    assert "1 of 2 solved" in result.stdout
    assert "cell 3 (01.2): NameError: name 'no_such_name' is not defined" in result.stderr


def test_a_notebook_that_is_missing_or_has_no_checks_is_named(notebook, tmp_path):
    assert "is missing" in course("check", tmp_path / "none.ipynb").stderr
    nbformat.write(nbformat.v4.new_notebook(), tmp_path / "empty.ipynb")
    assert "has no check cells" in course("check", tmp_path / "empty.ipynb").stderr


@pytest.mark.parametrize("command", ["check", "release"])
def test_an_unknown_lesson_is_answered_with_those_there_are(command):
    result = course(command, "77")
    assert result.exit_code == 2
    assert "\n  01_attention_heads" in result.stderr


@pytest.mark.parametrize("command", ["check", "release"])
def test_a_lesson_without_exercises_is_named(command):
    result = course(command, "0")
    assert result.exit_code == 2
    assert f"lesson {LESSONS[0].stem} has no exercises" in result.stderr


def test_release_makes_the_lessons_that_are_named(monkeypatch):
    made = []
    monkeypatch.setattr(grading, "write_editions", lambda sources: made.extend(sources) or sources)
    first, other = (path.stem for path in SOURCES[:2])
    result = course("release", first[:2], other)
    assert [path.stem for path in made] == [first, other]
    assert result.stdout.splitlines()[0] == f"notebooks/exercises/source/{first}/{first}.ipynb"


def test_release_copies_sheets_with_fewer_hints_to_a_folder_of_the_lecturers(tmp_path):
    name = SOURCES[1].stem
    result = course("release", name, "--hints", "2", "--out", tmp_path)
    copy = tmp_path / name / f"{name}.ipynb"
    assert result.stdout.splitlines() == [str(copy)]
    assert "<summary>Plan" in copy.read_text(encoding="utf-8")
    assert "<summary>Pseudo-code" not in copy.read_text(encoding="utf-8")


def test_the_courses_own_student_edition_keeps_its_hints():
    result = course("release", "1", "--hints", "2")
    assert result.exit_code == 2
    assert "--hints needs --out FOLDER" in result.stderr


def test_grade_shows_a_line_for_each_as_soon_as_it_is_there(tmp_path, monkeypatch):
    grades = [Grade("ana", NAME, 1, 3, [], ["cell 4: MemoryError", "more"]), Grade("bo", NAME, 3, 3, [], [])]
    given = {}

    def grade_folder(folder, out, limits, **settings):
        given.update(settings)
        return ((done, len(grades), grade) for done, grade in enumerate(grades, start=1))

    monkeypatch.setattr(grading, "grade_folder", grade_folder)
    printed = course(
        "grade", tmp_path, "--out", tmp_path / "out", "--seed", 77, "--add", "--students", tmp_path / "class.csv"
    ).stdout
    assert printed.splitlines()[:2] == [
        "1 of 2  ana  01_small  1 of 3  cell 4: MemoryError",
        "2 of 2  bo  01_small  3 of 3",
    ]
    assert given == {"seed": 77, "add": True, "students": tmp_path / "class.csv"}


def test_grade_wants_a_folder_of_folders(tmp_path):
    (tmp_path / "in").mkdir()
    assert "no notebooks in" in course("grade", tmp_path / "in", "--out", tmp_path / "out").stderr
    assert "is no folder" in course("grade", tmp_path / "no", "--out", tmp_path / "out").stderr


@pytest.mark.slow
def test_a_cell_that_does_not_end_is_stopped_and_named_and_the_progress_stays(notebook, tmp_path):
    result = course("check", notebook(a2="while True: pass"), "--seconds", 8)
    assert result.exit_code == 1
    assert "cell 3 took more than 8 s, and was stopped; is there an endless loop?" in result.stderr
    assert not (tmp_path / "progress.json").exists()


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows sends no SIGINT to others")
def test_ctrl_c_ends_a_check_without_a_traceback(notebook):
    heed = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"  # what runs behind a shell may not
    command = [sys.executable, "-c", f"{heed}; from course_lib.workshop.cli import app; app()", "check"]
    path = notebook(a2="open('started', 'w').close()\nwhile True: pass")
    with subprocess.Popen([*command, path], stderr=subprocess.PIPE, text=True, start_new_session=True) as process:
        while not (path.parent / "started").exists() and process.poll() is None:
            time.sleep(0.05)
        os.killpg(process.pid, signal.SIGINT)
        assert process.stderr.read() == ""
    assert process.returncode == 130


@pytest.mark.parametrize("content", ["{}", "[]", "7", '{"cells": 5}', "<<<<", ""])
def test_a_file_that_is_no_notebook_is_named(content, tmp_path):
    (tmp_path / "x.ipynb").write_text(content)
    result = course("check", tmp_path / "x.ipynb")
    assert result.exit_code == 2
    assert "x.ipynb is not a notebook" in result.stderr


def test_a_folder_is_no_notebook(tmp_path):
    (tmp_path / "x.ipynb").mkdir()
    assert "x.ipynb is missing; expected a lesson's number" in course("check", tmp_path / "x.ipynb").stderr


@pytest.mark.parametrize("content", ["[]", '{"03": 5}', '{"03": {}}', '{"03": {"solved": 3}}', "{", "7"])
def test_a_progress_file_of_somebody_else_is_named(content, notebook, tmp_path):
    notebook()
    (tmp_path / "progress.json").write_text(content)
    result = course("progress")
    assert result.exit_code == 2
    assert "progress.json is not" in result.stderr


def test_a_class_list_serves_exam_and_term(tmp_path, monkeypatch):
    given = []
    monkeypatch.setattr(grading, "make_exam", lambda exam, names, out: given.append(names) or [])
    monkeypatch.setattr(grading, "write_term", lambda out, runs, students: given.append(students) or (2, 3))
    (tmp_path / "class.csv").write_text("id,name\n4,Ana Silva\n5,Bo\n")
    (tmp_path / "class.txt").write_text("Ana Silva\n\nBo\n")
    for name in ("class.csv", "class.txt"):
        course("release", "--exam", tmp_path / "90_mine.py", "--students", tmp_path / name)
    printed = course("term", tmp_path, "--students", tmp_path / "class.csv", "--out", tmp_path).stdout
    assert printed.startswith("2 students, 3 sheets: ")
    assert given == [["Ana Silva", "Bo"], ["Ana Silva", "Bo"], tmp_path / "class.csv"]


def test_a_class_list_without_names_is_refused(tmp_path):
    (tmp_path / "class.csv").write_text("id\n4\n")
    (tmp_path / "in" / "ana").mkdir(parents=True)
    result = course("grade", tmp_path / "in", "--out", tmp_path / "out", "--students", tmp_path / "class.csv")
    assert result.exit_code == 2
    assert 'must have a column "name", got "id"' in result.stderr
