"""What of a lesson an exercise tests: the goals that have a verb in common with its head."""

import functools
import re

from course_lib.errors import CourseError
from course_lib.files import read_json
from course_lib.runtime import REPOSITORY
from course_lib.workshop.grading.editions import edition_of
from course_lib.workshop.grading.heads import VERB, heads_in
from course_lib.workshop.lessons import find_lesson
from course_lib.workshop.notebooks import read_notebook

GOAL = re.compile(r"^- (.+?)[;.]$", re.M)


def goals_of(exercise):
    """The goals of its lesson that an exercise tests, in its words; none for what is in no sheet, or has no lesson."""
    number = exercise.partition(".")[0]
    try:
        verbs = heads_of(number).get(exercise, set())
        return [goal for goal in goals_in(number) if verbs & set(VERB.findall(goal))]
    except CourseError:
        return []


@functools.cache
def heads_of(number):
    """The verbs of each exercise of a lesson. Raises CourseError where it has none."""
    return {head.id: set(head.verbs) for head in heads_in(read_notebook(edition_of(number)))}


@functools.cache
def goals_in(number):
    """The goals that stand at the beginning of a lesson. Raises CourseError for a sheet without a lesson."""
    lesson = REPOSITORY / "notebooks" / f"{find_lesson(number).stem}.ipynb"
    return GOAL.findall(prose_of(lesson).partition("be able to**")[2].partition("\n#")[0])


def prose_of(path):
    """The prose of a notebook."""
    cells = read_json(path)["cells"]
    return "\n\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
