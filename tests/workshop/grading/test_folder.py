"""A run of grading ends with a row for everybody, can be continued and added to, and loses and overwrites nothing."""

import csv
import os
import zipfile

import pytest
from nbformat.v4 import new_code_cell

from course_lib.errors import CourseError
from course_lib.files import read_json
from course_lib.workshop.grading import folder as module
from course_lib.workshop.grading import grade_folder
from course_lib.workshop.grading.gradebook import open_gradebook
from tests.workshop.grading import pretend
from tests.workshop.grading.pretend import SHEETS, solution
from tests.workshop.grading.small_course import NAME, answered, source_notebook, write

pytestmark = pytest.mark.skipif(os.name == "nt", reason="processes are forked here")
SECOND = SHEETS[1]


@pytest.fixture
def root(tmp_path, monkeypatch):
    """A class of two, and a course whose student editions are made already; an answer says its points."""
    pretend.grade_in_forks(monkeypatch)
    pretend.write_class(tmp_path)
    for student in ("ana", "bo"):
        hand_in(tmp_path, student, solution(1))
    return tmp_path


def hand_in(root, student, answer=None, sheet=NAME, folder="in"):
    """Hand in a sheet with an answer to its first exercise; without one, it is as it was given out."""
    notebook = answered(source_notebook(), a2=answer) if answer else source_notebook()
    write(notebook, root / folder / student / f"{sheet}.ipynb")


def run(root, folder="in", **settings):
    """The grades by student, and who was graded in this run."""
    (root / "out" / "graded").write_text("")
    grades = {g.student: g for *_, g in grade_folder(root / folder, root / "out", editions=root, **settings)}
    return grades, sorted((root / "out" / "graded").read_text().split())


def rows(root):
    """The points in the table, by student and sheet."""
    with open(root / "out" / "grades.csv", encoding="utf-8") as file:
        return {(row["student"], row["exercises"]): float(row["points"]) for row in csv.DictReader(file)}


def notes(root):
    """The notes in the table, by student."""
    with open(root / "out" / "grades.csv", encoding="utf-8") as file:
        return {row["student"]: row["notes"] for row in csv.DictReader(file)}


def test_a_submission_that_ends_its_process_ends_no_other(root):
    hand_in(root, "eve", "die")
    (root / "in" / "fay").mkdir()
    (root / "in" / "stray.docx").touch()
    grades, _ = run(root)
    assert {name: grade.points for name, grade in grades.items()} == {
        "ana": 1, "bo": 1, "eve": 0, "fay": 0, "stray.docx": 0,
    }  # fmt: skip
    assert grades["eve"].notes == ["not graded: it ended the process that graded it"]
    assert grades["eve"].of == 3
    assert {student for student, _ in rows(root)} == grades.keys()
    assert "<bdi>eve</bdi>" in (root / "out" / "index.html").read_text()


def test_a_run_that_was_ended_early_is_continued_with_its_seed(root):
    steps = grade_folder(root / "in", root / "out", editions=root)
    next(steps)
    steps.close()
    assert not (root / "out" / "grades.csv").exists()
    before = {path.name for path in (root / "out" / "grades").iterdir()}
    grades, graded_now = run(root)
    assert len(graded_now) == 2 - len(before)
    assert {grade.points for grade in grades.values()} == {1}
    assert read_json(root / "out" / "run.json") == {"seed": 77}


def test_a_late_submission_is_added_and_nobody_else_is_graded_again(root):
    run(root)
    hand_in(root, "late", solution(1))
    with pytest.raises(CourseError, match=r"holds a finished run; .*--add"):
        run(root)
    assert run(root, add=True)[1] == ["late"]
    hand_in(root, "ana", solution(0.5))
    assert run(root, add=True)[1] == ["ana"]
    assert rows(root) == {("ana", NAME): 0.5, ("bo", NAME): 1, ("late", NAME): 1}
    assert "replaces an earlier submission with 1 of 3 points" in notes(root)["ana"]


def test_a_late_folder_with_one_sheet_leaves_all_other_sheets(root):
    hand_in(root, "ana", solution(1), SECOND)
    run(root)
    hand_in(root, "ana", solution(0.25), SECOND, folder="late")
    run(root, "late", add=True)
    assert rows(root) == {("ana", NAME): 1, ("ana", SECOND): 0.25, ("bo", NAME): 1}
    assert (root / "out" / "index.html").read_text().count("<bdi>ana</bdi>") == 2


@pytest.mark.parametrize("content", [b"PK\x03\x04", b"{}", b"{\n<<<<<<< mine\n", b"\xff\xfe\x00"])
def test_a_file_that_cant_be_read_never_replaces_a_grade(content, root):
    run(root)
    late = root / "late" / "ana" / f"{NAME}.ipynb"
    late.parent.mkdir(parents=True)
    late.write_bytes(content)
    for _ in range(2):
        assert run(root, "late", add=True)[0]["ana"].points == 1
        assert rows(root) == {("ana", NAME): 1, ("bo", NAME): 1}
        assert notes(root)["ana"].count(f"a later {NAME}.ipynb doesn't count: not") == 1


def test_a_folder_without_a_notebook_takes_no_grade_and_its_row_goes_when_the_student_hands_in(root):
    run(root)
    (root / "late" / "ana").mkdir(parents=True)
    (root / "late" / "ana" / "apology.docx").touch()
    run(root, "late", add=True)
    assert rows(root) == {("ana", NAME): 1, ("ana", "ana"): 0, ("bo", NAME): 1}
    hand_in(root, "ana", solution(0.5), SECOND, folder="late")
    run(root, "late", add=True)
    assert rows(root) == {("ana", NAME): 1, ("ana", SECOND): 0.5, ("bo", NAME): 1}


def test_an_empty_sheet_never_replaces_one_with_answers(root):
    run(root)
    hand_in(root, "ana", folder="late")
    grades, graded_now = run(root, "late", add=True)
    assert (grades["ana"].points, graded_now) == (1, [])
    assert "a later 01_small.ipynb doesn't count: it has no answers" in notes(root)["ana"]


def test_of_several_notebooks_the_newest_with_answers_is_graded_and_says_why(root):
    own = root / "in" / "ana" / f"{NAME}.ipynb"
    empty, broken = own.with_name(f"{NAME} (1).ipynb"), own.with_name(f"{NAME} (2).ipynb")
    write(source_notebook(), empty)
    broken.write_text("%PDF-1.7")
    for second, path in enumerate((own, empty, broken)):
        os.utime(path, (second, second))
    grades, _ = run(root)
    assert grades["ana"].points == 1
    first, second, third = grades["ana"].notes
    assert first == f"graded: {NAME}.ipynb, the newest with answers of 3 notebooks"
    assert second.startswith(f"{NAME} (2).ipynb is newer, but not a notebook")
    assert third == f"{NAME} (1).ipynb is newer, but it has no answers"


def test_a_file_that_cant_be_read_beside_an_empty_sheet_is_noted(root):
    hand_in(root, "ana")
    broken = root / "in" / "ana" / f"{NAME} (1).ipynb"
    broken.write_text("%PDF-1.7")
    os.utime(root / "in" / "ana" / f"{NAME}.ipynb", (9, 9))
    grades, _ = run(root)
    (note,) = grades["ana"].notes
    assert (grades["ana"].points, note[:40]) == (0, f"{NAME} (1).ipynb: not a notebook: not J"[:40])


def test_an_answer_outside_of_its_cell_is_an_answer(root):
    run(root)
    notebook = source_notebook()
    notebook.cells.insert(2, new_code_cell("prediction = {'plain': 8}", id="mine"))
    write(notebook, root / "late" / "ana" / f"{NAME}.ipynb")
    assert run(root, "late", add=True)[1] == ["ana"]


def test_a_file_that_cant_be_read_replaces_not_even_an_empty_sheet(root):
    hand_in(root, "ana")
    run(root)
    (root / "in" / "ana" / f"{NAME}.ipynb").write_text("%PDF-1.7")
    assert len(run(root, add=True)[0]["ana"].exercises) == 2
    hand_in(root, "ana", solution(1))
    assert run(root, add=True)[0]["ana"].points == 1


def test_a_file_that_was_graded_before_does_not_take_the_place_of_its_successor(root):
    run(root)
    hand_in(root, "ana", solution(0.5), folder="late")
    run(root, "late", add=True)
    assert run(root, add=True)[1] == []
    assert rows(root) == {("ana", NAME): 0.5, ("bo", NAME): 1}


def test_who_is_not_in_the_folder_that_is_added_keeps_the_grade(root):
    run(root)
    (root / "in").rename(root / "first")
    hand_in(root, "late", solution(1))
    run(root, add=True)
    assert {student for student, _ in rows(root)} == {"ana", "bo", "late"}


def test_points_given_by_hand_survive_a_second_run_and_a_new_submission_of_the_sheet_is_noted(root, gradebook):
    gradebook(root / "out")
    run(root)
    pretend.by_hand(root / "out", "ana", NAME, "01.4", 1.5)
    run(root, add=True)
    assert rows(root) == {("ana", NAME): 2.5, ("bo", NAME): 1}
    assert notes(root)["ana"] == "corrected by hand: 2.5 points, not 1"
    hand_in(root, "ana", solution(0.5), folder="late")
    run(root, "late", add=True)
    assert rows(root)["ana", NAME] == 2
    assert "handed in again after points were given by hand; look again at check-01-4" in notes(root)["ana"]


def test_a_file_that_cant_be_read_has_no_points_in_the_gradebook_and_warns_of_nothing(root, gradebook, capfd):
    gradebook(root / "out")
    (root / "in" / "ana" / f"{NAME}.ipynb").write_text("%PDF-1.7")
    run(root)
    with open_gradebook(root / "out") as book:
        assert [mark.auto_score for mark in book.find_submission(NAME, "ana").notebooks[0].grades] == [0, 0]
    assert "Warning" not in capfd.readouterr().err


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


def test_a_zip_file_is_unpacked_into_a_new_run_and_into_no_other_folder(root, monkeypatch):
    notebook = root / "in" / "ana" / f"{NAME}.ipynb"
    with zipfile.ZipFile(notebook.with_suffix(".zip"), "w") as archive:
        archive.write(notebook, f"work/{NAME}.ipynb")
    notebook.unlink()
    with pytest.raises(CourseError, match="has other things in it"):
        list(grade_folder(root / "in", root / "source", editions=root))
    assert sorted(path.name for path in (root / "source").iterdir()) == SHEETS
    monkeypatch.setattr(module, "bring_editions", lambda out, *_: pretend.write_class(root, out="new"))
    grades = {grade.student: grade.points for *_, grade in grade_folder(root / "in", root / "new", editions=root)}
    assert grades == {"ana": 1, "bo": 1}
