"""Making the student edition: its source is run first, and has to be right."""

import pytest

from course_lib.errors import CourseError
from course_lib.workshop.grading import editions
from tests.workshop.grading.small_course import NAME, write_course


def test_a_sheet_whose_own_solution_is_not_right_gets_no_student_edition(tmp_path, monkeypatch):
    monkeypatch.setattr(editions, "fill", lambda notebook, lesson: None)
    monkeypatch.setattr(editions, "run", lambda notebook, path: None)  # its checks have shown no points
    with pytest.raises(CourseError, match=f"{NAME}: its own solutions should be right, but .*no points"):
        list(editions.write_editions([write_course(tmp_path)]))
