"""nbgrader's own autograde, without anything of ours around it: all points for the source, none for the stubs."""

import shutil

import pytest
from nbgrader.api import Gradebook

from course_lib.grading.editions import EDITIONS, generate, open_course
from tests.exercises.editions import SOURCES

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]  # nbgrader has many


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_a_solved_source_gets_all_points_and_an_untouched_release_none(source, tmp_path):
    lesson, course = source.stem, open_course(tmp_path)
    shutil.copytree(source.parent, tmp_path / "source" / lesson)
    generate(course, lesson)
    for student in ("source", "release"):
        shutil.copytree(EDITIONS / student / lesson, tmp_path / "submitted" / student / lesson)
        assert course.autograde(lesson, student)["success"]
    with Gradebook(course.coursedir.db_url) as book:
        solved, untouched = (book.find_submission(lesson, student) for student in ("source", "release"))
        assert solved.score == solved.max_score > 0 == untouched.score
