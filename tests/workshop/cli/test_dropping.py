"""`course drop` on a made-up course, in which "§" stands for the 0 of numbers: its own are not renumbered."""

import ast

import pytest

from course_lib.errors import CourseError
from course_lib.workshop.cli.dropping import drop_lessons, expanded, without_lines
from course_lib.workshop.lessons import numbered
from tests.workshop.cli.conftest import course as run
from tests.workshop.cli.test_numbering import files_in, written

PARTS = {"One": [("red", "Red"), ("blue", "Blue")], "Two": [("green", "Green"), ("grey", "Grey")]}
LIST = """
PARTS = {
    "One": (
        ("red", "Red"),
        ("blue", "Blue"),
    ),
    "Two": (
        (
            "green",
            "Green",
        ),
        ("grey", "Grey"),
    ),
}
"""
GONE = "*Blue* (not in this course)"
BEFORE = {
    "course_lib/workshop/lessons.py": LIST,
    "notebooks/§0_red.ipynb": "Next: [§1 · Blue](§1_blue.ipynb). Lessons §1 to §3, and lesson §3.",
    "notebooks/§1_blue.ipynb": "# §1 · Blue",
    "notebooks/§2_green.ipynb": "# §2 · Green\nAs lesson §1; see [it](a/§1_blue.ipynb#a), exercise §1.2.",
    "notebooks/§3_grey.ipynb": "# §3 · Grey",
    "notebooks/exercises/source/§1_blue/§1_blue.ipynb": "lesson §1",
    "notebooks/exercises/source/§1_blue/a/b.png": b"\xff",
    "notebooks/exercises/release/§1_blue/§1_blue.ipynb": "lesson §1",
    "course_lib/workshop/exercises/lesson_§1.py": "from course_lib.workshop.exercises.both import B",
    "course_lib/workshop/exercises/lesson_§1.toml": '["§1.1"]',
    "course_lib/workshop/exercises/lesson_§2.py": "from course_lib.workshop.exercises.both import B",
    "course_lib/workshop/exercises/both.py": "B = 1",
    "tests/workshop/exercises/answers_§1.py": "from course_lib.workshop.exercises.lesson_§1 import A",
    "tests/workshop/exercises/solutions_§1.py": "D = 1",
}
AFTER = {
    "notebooks/§0_red.ipynb": f"Next: {GONE}. Lessons {GONE} to §2, and lesson §2.",
    "notebooks/§1_green.ipynb": f"# §1 · Green\nAs lesson {GONE}; see {GONE}, exercise {GONE}.2.",
    "notebooks/§2_grey.ipynb": "# §2 · Grey",
    "course_lib/workshop/exercises/lesson_§1.py": "from course_lib.workshop.exercises.both import B",
    "course_lib/workshop/exercises/both.py": "B = 1",
}


@pytest.fixture
def course(tmp_path):
    """The folder of the course BEFORE."""
    for name, content in written(BEFORE).items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    return tmp_path


def listed(text):
    """The names in a list of lessons, by their parts."""
    parts = ast.literal_eval(text.partition(" = ")[2])
    return {part: [row[0] for row in rows] for part, rows in parts.items()}


def test_all_that_belongs_to_a_lesson_goes_and_texts_name_it_by_its_title(course):
    lessons = numbered(PARTS)
    said = drop_lessons(course, lessons, [lessons[1]])
    found = files_in(course)
    assert listed(found.pop("course_lib/workshop/lessons.py").decode()) == {"One": ["red"], "Two": ["green", "grey"]}
    assert found == written(AFTER)
    assert not any(course.glob("notebooks/exercises/*/*"))
    assert said[-1] == "texts that name a dropped lesson, to read once more: 5, shown above"
    assert f"Next: {GONE}" in said[0]


def test_a_part_without_lessons_goes():
    assert listed(without_lines(LIST, {"green", "grey"})) == {"One": ["red", "blue"]}
    assert listed(without_lines(LIST, {"red", "grey"})) == {"One": ["blue"], "Two": ["green"]}


def test_a_reference_that_only_the_author_can_change_is_named_and_nothing_is_deleted(course):
    (course / "notebooks/README.md").write_text("See lesson 77.")
    before, lessons = files_in(course), numbered(PARTS)
    with pytest.raises(CourseError, match="references to lessons that are gone: 1, named above"):
        drop_lessons(course, lessons, [lessons[1]])
    assert files_in(course) == before


def test_a_course_keeps_a_lesson(course):
    with pytest.raises(CourseError, match="a course needs a lesson"):
        drop_lessons(course, numbered(PARTS), numbered(PARTS))


def test_a_range_names_the_lessons_between_its_ends():
    assert expanded("9-11") == ["9", "10", "11"]
    assert expanded("17") == ["17"] and expanded("17_kv_cache") == ["17_kv_cache"]


def test_an_unknown_lesson_is_answered_with_those_there_are():
    result = run("drop", "76-77")
    assert result.exit_code == 2
    assert "\n  01_attention_heads" in result.stderr
