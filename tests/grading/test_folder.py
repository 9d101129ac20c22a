"""A run of grading ends with a row for everybody, can be continued and added to, and overwrites nothing else."""

import csv
import multiprocessing
import os

import pytest

from course_lib.errors import CourseError
from course_lib.files import read_json
from course_lib.grading import folder as module
from course_lib.grading import grade_folder
from course_lib.grading.grade import empty_grade
from course_lib.grading.records import keep
from tests.grading.small_course import NAME, answered, source_notebook, write

pytestmark = pytest.mark.skipif(os.name == "nt", reason="processes are forked here")


@pytest.fixture
def root(tmp_path, monkeypatch):
    """A class of two, and a course whose student edition is made already; a grade is the length of a notebook."""
    monkeypatch.setattr(module, "CONTEXT", multiprocessing.get_context("fork"))
    monkeypatch.setattr(module, "grade_and_keep", grade_by_length)
    for path in (tmp_path / "source", tmp_path / "out" / "source", tmp_path / "out" / "release"):
        write(source_notebook(), path / NAME / f"{NAME}.ipynb")
    (tmp_path / "out" / "run.json").write_text('{"seed": 77}')
    for student in ("ana", "bo"):
        hand_in(tmp_path, student, student)
    return tmp_path


def hand_in(root, student, answer):
    write(answered(source_notebook(), a2=answer), root / "in" / student / f"{NAME}.ipynb")


def grade_by_length(submission, out, limits, seed):
    with open(out / "graded", "a") as file:
        file.write(submission.student + "\n")
    if "die" in submission.path.read_text():
        os._exit(1)
    grade = empty_grade(submission, out)
    grade.points = 1.5
    keep(grade, submission, out)


def run(root, **settings):
    """The grades by student, and who was graded in this run."""
    (root / "out" / "graded").write_text("")
    grades = {grade.student: grade for *_, grade in grade_folder(root / "in", root / "out", editions=root, **settings)}
    return grades, sorted((root / "out" / "graded").read_text().split())


def rows(root):
    with open(root / "out" / "grades.csv", encoding="utf-8") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


def test_a_submission_that_ends_its_process_ends_no_other(root):
    hand_in(root, "eve", "die")
    (root / "in" / "fay").mkdir()
    (root / "in" / "stray.docx").touch()
    grades, _ = run(root)
    assert {name: grade.points for name, grade in grades.items()} == {
        "ana": 1.5, "bo": 1.5, "eve": 0, "fay": 0, "stray.docx": 0,
    }  # fmt: skip
    assert grades["eve"].notes == ["not graded: it ended the process that graded it"]
    assert grades["eve"].of == 3
    assert rows(root).keys() == grades.keys()
    assert "<bdi>eve</bdi>" in (root / "out" / "index.html").read_text()


def test_a_run_that_was_ended_early_is_continued_with_its_seed(root):
    steps = grade_folder(root / "in", root / "out", editions=root)
    next(steps)
    steps.close()
    assert not (root / "out" / "grades.csv").exists()
    before = {path.name for path in (root / "out" / "grades").iterdir()}
    grades, graded_now = run(root)
    assert len(graded_now) == 2 - len(before)
    assert {grade.points for grade in grades.values()} == {1.5}
    assert read_json(root / "out" / "run.json") == {"seed": 77}


def test_a_late_submission_is_added_and_nobody_else_is_graded_again(root):
    run(root)
    hand_in(root, "late", "late")
    with pytest.raises(CourseError, match=r"holds a finished run; .*--add"):
        run(root)
    assert run(root, add=True)[1] == ["late"]
    hand_in(root, "ana", "once more")
    assert run(root, add=True)[1] == ["ana"]
    for student in ("ana", "bo"):
        (root / "in" / student / f"{NAME}.ipynb").unlink()
    grades, _ = run(root, add=True)
    assert grades["ana"].points == 0
    assert {name: row["points"] for name, row in rows(root).items()} == {"ana": "0", "bo": "0", "late": "1.5"}


def test_who_is_not_in_the_folder_that_is_added_keeps_the_grade(root):
    run(root)
    (root / "in").rename(root / "first")
    hand_in(root, "late", "late")
    run(root, add=True)
    assert rows(root).keys() == {"ana", "bo", "late"}


def test_another_seed_than_that_of_the_run_is_refused(root):
    with pytest.raises(CourseError, match="has the seed 77, not 78"):
        run(root, seed=78)


def test_nothing_that_is_not_a_run_is_overwritten(tmp_path):
    write(source_notebook(), tmp_path / "in" / "ana" / "01_small.ipynb")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.txt").write_text("mine")
    with pytest.raises(CourseError, match="has other things in it"):
        list(grade_folder(tmp_path / "in", tmp_path / "out"))
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["thesis.txt"]
