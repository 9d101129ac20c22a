"""The rules of a sitting and of a lecture; as in `anatomy`, each yields what is wrong, in words for its author."""

import math
import re

from course_lib.lessons import find_lesson
from course_lib.present import effort, headings, lecture_path
from course_lib.present.minutes import PREDICT
from tests.notebooks.lesson import number

LONGEST_SITTING, LONGEST_LECTURE = 60, 45  # minutes
MOST_COLUMNS = 92  # what a screen of 1,280 pixels shows at 150 %
MOST_WORDS = 90  # of a cell that is projected


def takes_an_hour_at_most(lesson):
    minutes = effort(lesson.cells).minutes
    if minutes > LONGEST_SITTING:
        yield f"{minutes:.1f} minutes, more than {LONGEST_SITTING}: {effort(lesson.cells)}"


def says_how_long_it_takes(lesson):
    """In the list of lessons, from which the card has it: the count, rounded up to five minutes."""
    counted, told = 5 * math.ceil(effort(lesson.cells).minutes / 5), find_lesson(lesson.path.stem).minutes
    if told != counted:
        yield f"the list of lessons says {told} minutes, the count is {counted}"


def has_a_lecture_of_45_minutes_at_most(lesson):
    minutes = effort(shown(lesson)).minutes
    if minutes > LONGEST_LECTURE:
        yield f"a lecture of {minutes:.1f} minutes, more than {LONGEST_LECTURE}: {effort(shown(lesson))}"


def projects_short_prose(lesson):
    """Rows of tables and formulas are not counted."""
    for cell in shown(lesson):
        words = len(re.sub(r"^\|.*$|\$\$.*?\$\$", "", cell.source, flags=re.MULTILINE | re.DOTALL).split())
        if cell.cell_type == "markdown" and words > MOST_WORDS:
            yield f"{words} words are projected at once, more than {MOST_WORDS}: {cell.source[:60]!r}"


def projects_every_slide(lesson):
    titles = " ".join(title for cell in shown(lesson) for _, title in headings(cell))
    for slide in find_lesson(lesson.path.stem).slides:
        if slide not in titles:
            yield f"no heading on the lecture path has the slide's title {slide!r}"


def projects_each_prediction_with_its_answer(lesson):
    """A question, then a run, then prose that discusses it."""
    path = lecture_path(lesson.cells)
    for index, cell in enumerate(lesson.cells):
        if cell.cell_type == "markdown" and PREDICT.search(cell.source):
            kinds = [later.cell_type for later in lesson.cells[index + 1 :]]
            end = index + 1 + kinds.index("code") if "code" in kinds else len(path)
            while end < len(path) and lesson.cells[end].cell_type == "code":
                end += 1
            if end == len(path):
                yield f"a prediction is not run and answered: {cell.source[:60]!r}"
            elif not all(path[index : end + 1]):
                yield f"a prediction, its run or its answer is not on the lecture path: {cell.source[:60]!r}"


def has_lines_that_fit_the_screen(lesson):
    for cell in lesson.code:
        for line in cell.source.splitlines():
            if len(line) > MOST_COLUMNS:
                yield f"{number(cell)}: {len(line)} characters in a line, more than {MOST_COLUMNS}: {line.strip()[:40]}"


def shown(lesson):
    """The cells on the lecture path."""
    return [cell for cell, is_shown in zip(lesson.cells, lecture_path(lesson.cells), strict=True) if is_shown]


RULES = [
    takes_an_hour_at_most,
    says_how_long_it_takes,
    has_a_lecture_of_45_minutes_at_most,
    projects_short_prose,
    projects_every_slide,
    projects_each_prediction_with_its_answer,
    has_lines_that_fit_the_screen,
]
