"""What was graded by hand in nbgrader's gradebook counts, and is named; the points of all columns sum to the total."""

import warnings

import pytest

from course_lib.workshop.exercises.results import Result
from course_lib.workshop.grading.editions import open_course
from course_lib.workshop.grading.gradebook import corrected, open_gradebook
from course_lib.workshop.grading.grades import Grade

pytestmark = pytest.mark.slow  # nbgrader makes a gradebook
SHEET = "01_x"
CLASS = {  # points by hand for the check and the open task -> points, of how many, notes
    "untouched": (None, None, 3, 5, []),
    "corrected": (4, None, 4, 5, ["corrected by hand: 4 points, not 3"]),
    "open": (None, 2, 5, 9, ["with 2 of 4 points for the open task"]),
    "both": (5, 4, 9, 9, ["corrected by hand: 5 points, not 3", "with 4 of 4 points for the open task"]),
    "unread": (2, None, 2, 5, ["corrected by hand: 2 points, not 0"]),
}


def test_points_given_by_hand_count(tmp_path):
    with warnings.catch_warnings(action="ignore"):
        open_course(tmp_path)  # nbgrader finds its tools then
    with open_gradebook(tmp_path) as book:
        book.add_assignment(SHEET)
        book.add_notebook(SHEET, SHEET)
        book.add_grade_cell("check-01-1", SHEET, SHEET, max_score=5, cell_type="code")
        book.add_task_cell("task-01", SHEET, SHEET, max_score=4, cell_type="markdown")
        for student, (check, task, *_) in CLASS.items():
            book.add_student(student)
            book.add_submission(SHEET, student)
            mark = book.find_grade("check-01-1", SHEET, SHEET, student)
            mark.auto_score, mark.manual_score, mark.needs_manual_grade = 3, check, False
            mark = book.find_grade("task-01", SHEET, SHEET, student)
            mark.manual_score, mark.needs_manual_grade = task, task is None
        book.db.commit()
    grades = [Grade(student, SHEET, 3, 5, [Result("01.1", 3, 5, "")], id=student) for student in CLASS]
    grades[-1].points, grades[-1].exercises = 0, []
    grades = corrected(grades, tmp_path)
    found = {grade.student: (grade.points, grade.of, grade.notes) for grade in grades}
    assert found == {student: tuple(expected) for student, (_, _, *expected) in CLASS.items()}
    for grade in grades:
        assert grade.points == sum(result.points for result in grade.exercises) + (grade.by_hand or 0)
