"""The table over all weeks has each student once, with the best of their grades; the class page names nobody."""

import csv
from pathlib import Path

import pytest

from course_lib.errors import CourseError
from course_lib.files import write_json
from course_lib.workshop.exercises.results import Result
from course_lib.workshop.grading.grades import Grade
from course_lib.workshop.grading.records import keep
from course_lib.workshop.grading.students import Owner, by_names, plain
from course_lib.workshop.grading.submissions import Submission
from course_lib.workshop.grading.term import write_term


def finished(run, *rows):
    """A finished run in which each owner has points for a sheet; returns its folder."""
    rows = [(Owner(*([owner] if isinstance(owner, str) else owner)), sheet, points) for owner, sheet, points in rows]
    students = by_names({})([owner for owner, *_ in rows])
    for owner, sheet, points in rows:
        student = students[owner].label
        result = Result("01.2", points, 5, "right" if points == 5 else "not right yet\n  something else")
        grade = Grade(student, sheet, points, 5, [result], [], plain(student), owner=owner)
        keep(grade, Submission(student, Path("nowhere"), sheet), run)
    write_json(run / "run.json", {"seed": 7})
    (run / "grades.csv").touch()
    return run


def table(out):
    """The rows of the table, without its header."""
    with open(out / "term.csv", encoding="utf-8") as file:
        return list(csv.reader(file))[1:]


def test_each_student_has_a_row_and_each_sheet_a_column(tmp_path):
    first = finished(tmp_path / "1", ("ana", "01_x", 3), ("bo", "01_x", 5), ("<b>", "01_x", 2))
    second = finished(tmp_path / "2", ("ana", "02_x", 5), ("ana", "01_x", 4), ("bo", "01_x", 1))
    assert write_term(tmp_path / "out", [first, second]) == (3, 2)
    with open(tmp_path / "out" / "term.csv", encoding="utf-8") as file:
        assert next(csv.reader(file)) == ["student", "01_x", "02_x", "points", "of"]
    assert table(tmp_path / "out") == [
        ["<b>", "2", "", "2", "10"],
        ["ana", "4", "5", "9", "10"],
        ["bo", "5", "", "5", "10"],
    ]
    page = (tmp_path / "out" / "term.html").read_text(encoding="utf-8")
    assert "<bdi>&lt;b&gt;</bdi>" in page
    mistakes = (tmp_path / "out" / "mistakes.html").read_text(encoding="utf-8")
    assert "2 (50%)" in mistakes
    assert "ana" not in mistakes


def test_a_student_of_moodle_has_one_row_though_the_number_changes_each_week(tmp_path):
    first = finished(tmp_path / "1", (("Ana Silva", "4711"), "01_x", 3), (("Ana Silva Costa", "4712"), "01_x", 5))
    second = finished(tmp_path / "2", (("Ana Silva", "5210"), "02_x", 4), (("Ana Silva Costa", "5211"), "02_x", 2))
    assert write_term(tmp_path / "out", [first, second]) == (2, 2)
    assert table(tmp_path / "out") == [["Ana Silva", "3", "4", "7", "10"], ["Ana Silva Costa", "5", "2", "7", "10"]]
    assert "class list" not in (tmp_path / "out" / "term.html").read_text(encoding="utf-8")


def test_two_students_of_one_name_are_never_added_up_and_the_page_asks_for_a_class_list(tmp_path):
    first = finished(tmp_path / "1", (("Li Wei", "11"), "01_x", 3), (("Li Wei", "12"), "01_x", 5))
    second = finished(tmp_path / "2", (("Li Wei", "21"), "02_x", 4))
    assert write_term(tmp_path / "out", [first, second]) == (3, 2)
    assert [row[0] for row in table(tmp_path / "out")] == ["Li Wei_11", "Li Wei_12", "Li Wei_21"]
    page = (tmp_path / "out" / "term.html").read_text(encoding="utf-8")
    assert "Several students are called Li Wei." in page
    assert "a class list (--students) joins these rows" in page


def test_a_class_list_joins_all_names_and_gives_everybody_a_row(tmp_path):
    (tmp_path / "class.csv").write_text(
        "name,week1,week2,user\nLi Wei,11,21,li\nLi Wei,12,22,\nAna Silva,,,as\nZoe,,,\n"
    )
    first = finished(tmp_path / "1", (("Li Wei", "11"), "01_x", 3), (("Li Wei", "12"), "01_x", 5), ("as", "01_x", 1))
    second = finished(tmp_path / "2", (("Li Wei", "21"), "02_x", 4), (("silvaana", "77"), "02_x", 2))
    assert write_term(tmp_path / "out", [first, second], tmp_path / "class.csv") == (4, 2)
    assert table(tmp_path / "out") == [
        ["Ana Silva", "1", "2", "3", "10"],
        ["Li Wei 11", "3", "4", "7", "10"],
        ["Li Wei 12", "5", "", "5", "10"],
        ["Zoe", "", "", "0", "10"],
    ]


def test_who_is_not_in_the_class_list_is_named_and_nothing_is_written(tmp_path):
    (tmp_path / "class.csv").write_text("name,moodle\nLi Wei,11\n")
    run = finished(tmp_path / "1", (("Li Wei", "99"), "01_x", 3), (("Ana Silva", "11"), "01_x", 5), ("bo", "01_x", 1))
    with pytest.raises(CourseError, match="it has none, or several, for: Ana Silva_11, bo; add"):
        write_term(tmp_path / "out", [run], tmp_path / "class.csv")
    assert not (tmp_path / "out").exists()


def test_a_folder_without_a_finished_run_is_named(tmp_path):
    with pytest.raises(CourseError, match="holds no finished run"):
        write_term(tmp_path / "out", [tmp_path])
