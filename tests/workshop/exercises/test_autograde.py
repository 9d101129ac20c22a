"""All points for the source, none for the stubs: by nbgrader's own autograde, and in the sandbox."""

import shutil

import nbformat
import pytest

from course_lib.workshop.exercises.results import results
from course_lib.workshop.grading.editions import EDITIONS, generate, open_course
from course_lib.workshop.grading.judging import run_and_judge
from course_lib.workshop.grading.sandbox import Limits
from course_lib.workshop.lessons import CAPSTONE
from tests.workshop.exercises.editions import SOURCES

OPEN_TASK = 4  # points that no check gives
SHEETS = [source for source in SOURCES if source.stem != CAPSTONE.stem]  # `test_capstone.py` grades that one

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]  # nbgrader has many


@pytest.mark.parametrize("source", SHEETS[::5], ids=lambda path: path.stem)  # the sandbox judges all of them
def test_a_solved_source_gets_all_points_and_an_untouched_release_none(source, tmp_path):
    from nbgrader.api import Gradebook  # takes a second, in every process that collects tests

    lesson, course = source.stem, open_course(tmp_path)
    shutil.copytree(source.parent, tmp_path / "source" / lesson)
    generate(course, lesson)
    for student in ("source", "release"):
        shutil.copytree(EDITIONS / student / lesson, tmp_path / "submitted" / student / lesson)
        assert course.autograde(lesson, student)["success"]
    with Gradebook(course.coursedir.db_url) as book:
        solved, untouched = (book.find_submission(lesson, student) for student in ("source", "release"))
        assert solved.score == solved.max_score - OPEN_TASK > 0 == untouched.score


@pytest.mark.parametrize("source", SHEETS, ids=lambda path: path.stem)
def test_a_solved_source_gets_all_points_in_the_sandbox(source):
    notebook = run_and_judge(nbformat.read(source, as_version=4), Limits())
    assert [result.message for result in results(notebook) if not result.passed] == []
