"""nbgrader's own autograde, without anything of ours around it: all points for the source, none for the stubs."""

import shutil

import pytest
from nbgrader.api import Gradebook

from course_lib.grading.editions import generate, open_course
from tests.exercises.editions import RELEASES, SOURCES

pytestmark = pytest.mark.filterwarnings("ignore")  # nbgrader has many


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """A course of nbgrader's with all exercises."""
    folder = tmp_path_factory.mktemp("course")
    for path in SOURCES:
        shutil.copytree(path.parent, folder / "source" / path.stem)
        generate(open_course(folder), path.stem)
    return folder


@pytest.mark.parametrize("path", SOURCES + RELEASES, ids=lambda path: f"{path.parents[1].name}-{path.stem}")
def test_a_solved_source_gets_all_points_and_an_untouched_release_none(path, root):
    student, lesson = path.parents[1].name, path.stem
    shutil.copytree(path.parent, root / "submitted" / student / lesson)
    course = open_course(root)
    assert course.autograde(lesson, student)["success"]
    with Gradebook(course.coursedir.db_url) as book:
        submission = book.find_submission(lesson, student)
        assert submission.max_score > 0
        assert submission.score == (submission.max_score if student == "source" else 0)
