"""The table for spreadsheets has no formulas, and the pages for lecturers run nothing."""

import csv

import pytest

from course_lib.workshop.grading.grades import Grade
from course_lib.workshop.grading.report import write_report


@pytest.mark.parametrize("name", ["=1+1", "+1", "-2+3+cmd|' /C calc'!A0", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
def test_no_name_sheet_or_note_is_a_formula(name, tmp_path):
    write_report(tmp_path, [Grade(name, name, notes=[name])], 7)
    with open(tmp_path / "grades.csv", encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert [row[column] for column in ("student", "exercises", "notes")] == 3 * [f"'{name}"]


def test_an_ordinary_name_stays_as_it_is(tmp_path):
    write_report(tmp_path, [Grade("Ana-Maria O'Brien", "01_x", notes=["it has no answers"])], 7)
    with open(tmp_path / "grades.csv", encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["student"], row["notes"]) == ("Ana-Maria O'Brien", "it has no answers")


def test_the_page_forbids_scripts_and_all_that_lies_elsewhere(tmp_path):
    write_report(tmp_path, [Grade("<script>alert(1)</script>", "01_x")], 7)
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert "default-src 'none'; img-src data:; style-src 'unsafe-inline'" in page
