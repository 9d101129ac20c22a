"""The table over all weeks has each student once, with the best of his grades, and names nobody on the class page."""

import csv
from pathlib import Path

import pytest

from course_lib.errors import CourseError
from course_lib.exercises.results import Result
from course_lib.files import write_json
from course_lib.grading.grade import Grade
from course_lib.grading.records import keep
from course_lib.grading.submissions import Submission
from course_lib.grading.term import write_term


def finished(run, *rows):
    """A finished run in which each student has points for a sheet; returns its folder."""
    for student, sheet, points in rows:
        result = Result("01.2", points, 5, "right" if points == 5 else "not right yet\n  something else")
        grade = Grade(student, sheet, points, 5, [result], [], student)
        keep(grade, Submission(student, Path("nowhere"), sheet), run)
    write_json(run / "run.json", {"seed": 7})
    (run / "grades.csv").touch()
    return run


def test_each_student_has_a_row_and_each_sheet_a_column(tmp_path):
    first = finished(tmp_path / "1", ("ana", "01_x", 3), ("bo", "01_x", 5), ("<b>", "01_x", 2))
    second = finished(tmp_path / "2", ("ana", "02_x", 5), ("ana", "01_x", 4), ("bo", "01_x", 1))
    assert write_term(tmp_path / "out", [first, second]) == (3, 2)
    with open(tmp_path / "out" / "term.csv", encoding="utf-8") as file:
        assert list(csv.reader(file)) == [
            ["student", "01_x", "02_x", "points", "of"],
            ["<b>", "2", "", "2", "10"],
            ["ana", "4", "5", "9", "10"],
            ["bo", "5", "", "5", "10"],
        ]
    page = (tmp_path / "out" / "term.html").read_text(encoding="utf-8")
    assert "<bdi>&lt;b&gt;</bdi>" in page
    mistakes = (tmp_path / "out" / "mistakes.html").read_text(encoding="utf-8")
    assert "2 (50%)" in mistakes
    assert "ana" not in mistakes


def test_a_folder_without_a_finished_run_is_named(tmp_path):
    with pytest.raises(CourseError, match="holds no finished run"):
        write_term(tmp_path / "out", [tmp_path])
