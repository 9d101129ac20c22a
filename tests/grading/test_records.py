"""What was graded by hand in nbgrader's gradebook counts, and is named."""

import pytest

from course_lib.grading.editions import open_course
from course_lib.grading.grade import OURS, Grade
from course_lib.grading.records import corrected

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]  # nbgrader has many
SHEET = "01_x"
CLASS = {  # points that the check and the open task have in the gradebook -> points, of how many, notes
    "untouched": (3, None, 3, 5, []),
    "corrected": (4, None, 4, 5, ["corrected by hand: 4 points, not 3"]),
    "open": (3, 2, 5, 9, ["with 2 of 4 points for the open task"]),
    "both": (5, 4, 9, 9, ["corrected by hand: 5 points, not 3", "with 4 of 4 points for the open task"]),
}


def test_points_given_by_hand_count(tmp_path):
    from nbgrader.api import Gradebook  # takes a second, in every process that collects tests

    open_course(tmp_path)  # nbgrader finds its tools then
    with Gradebook(f"sqlite:///{tmp_path / OURS}") as book:
        book.add_assignment(SHEET)
        book.add_notebook(SHEET, SHEET)
        book.add_grade_cell("check-01-1", SHEET, SHEET, max_score=5, cell_type="code")
        book.add_task_cell("task-01", SHEET, SHEET, max_score=4, cell_type="markdown")
        for student, (check, task, *_) in CLASS.items():
            book.add_student(student)
            book.add_submission(SHEET, student)
            book.find_grade("check-01-1", SHEET, SHEET, student).auto_score = check
            book.find_grade("task-01", SHEET, SHEET, student).manual_score = task
        book.db.commit()
    grades = corrected([Grade(student, SHEET, 3, 5, id=student) for student in CLASS], tmp_path)
    found = {grade.student: (grade.points, grade.of, grade.notes) for grade in grades}
    assert found == {student: tuple(expected) for student, (_, _, *expected) in CLASS.items()}
