"""Every box, table row and link of the slides has its place: a heading of a lesson, and the words below it."""

import re

import pytest
from nbformat.v4 import new_markdown_cell

from course_lib.workshop.lessons import LESSONS
from course_lib.workshop.present import headings
from tests.notebooks.lesson import LESSON_FILES, Lesson
from tests.notebooks.slides import SLIDES

FILES = {lesson.name: path for lesson, path in zip(LESSONS, LESSON_FILES, strict=True)}
ITEMS = [
    pytest.param(name, heading, words, id=f"{slide}: {words[0]}")
    for slide, items in SLIDES.items()
    for name, heading, *words in items
    if name in FILES  # a course of your own may lack some lessons
]


def section(lesson, title):
    """All that stands below a heading, it included, up to the next one of its level or above."""
    text, level = [], None
    for cell in lesson.cells:
        for part in parts(cell):
            for depth, words in headings(new_markdown_cell(part) if cell.cell_type == "markdown" else cell):
                if level is None and words == title:
                    level = depth
                elif level is not None and depth <= level:
                    return "\n".join(text)
            text += [part] if level is not None else []
    return "\n".join(text)


def parts(cell):
    """A cell cut before its headings; code with what it has printed."""
    if cell.cell_type == "markdown":
        return re.split(r"^(?=#+ )", cell.source, flags=re.MULTILINE)
    return ["\n".join([cell.source, *map(printed, cell.outputs)])]


def printed(output):
    return "".join(output.get("text", "")) or str(output.get("data", {}).get("text/html", ""))


@pytest.mark.parametrize(("name", "heading", "words"), ITEMS)
def test_an_item_of_the_slides_stands_in_its_lesson(name, heading, words):
    below = section(Lesson(FILES[name]), heading).casefold()
    assert below, f"no heading {heading!r} in {FILES[name].name}"
    assert [each for each in words if each.casefold() not in below] == []


def test_a_section_ends_with_the_next_heading_of_its_level():
    lesson = Lesson(FILES["attention_heads"])
    assert "famous mistake" in section(lesson, "By hand: three tokens, four dimensions").casefold()
    assert "famous mistake" not in section(lesson, "The rule").casefold()
    assert section(lesson, "A heading that is not there") == ""
