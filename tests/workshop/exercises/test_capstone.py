"""The capstone: its source is an example of a whole project, from data of its own to the card."""

import shutil

import pytest

from course_lib.workshop.exercises.results import is_check
from course_lib.workshop.grading import edition_of, grade_folder
from tests.notebooks.lesson import Lesson

EXAMPLE = edition_of("80", "source")


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # nbgrader has many
def test_the_example_trains_and_gets_all_points_that_a_check_gives(tmp_path):
    submission = tmp_path / "class" / "ana" / EXAMPLE.name
    submission.parent.mkdir(parents=True)
    shutil.copyfile(EXAMPLE, submission)
    ((_, _, grade),) = grade_folder(tmp_path / "class", tmp_path / "grades")
    checks = [cell.metadata.nbgrader.points for cell in Lesson(EXAMPLE).code if is_check(cell)]
    assert (grade.student, grade.points, grade.of) == ("ana", sum(checks), sum(checks))
    (note,) = grade.notes
    assert note.startswith("equal to the course's own solution")
