"""The list of lessons: each has a notebook that says the same, and all that names a lesson names it rightly."""

import pytest

from course_lib.errors import CourseError
from course_lib.workshop.cli.numbering import find_changes
from course_lib.workshop.exercises import exercises_of
from course_lib.workshop.grading import EDITIONS
from course_lib.workshop.lessons import LESSONS, SHEETS, find_lesson
from tests.notebooks.lesson import LESSON_FILES, REPOSITORY, lesson_at


def test_file_names_references_and_the_table_in_the_readme_follow_the_list():
    assert list(find_changes(REPOSITORY, LESSONS)) == [], "run `make green`"


def test_no_two_lessons_have_the_same_name_or_title():
    assert len({lesson.name for lesson in LESSONS}) == len({lesson.title for lesson in LESSONS}) == len(LESSONS)


@pytest.mark.parametrize(("lesson", "path"), [*zip(LESSONS, LESSON_FILES, strict=True)], ids=lambda thing: thing.stem)
def test_a_lesson_says_what_the_list_says(lesson, path):
    card = lesson_at(path).cells[0].source
    title = f"# {lesson.number:02} · {lesson.title}"
    assert card.splitlines()[0] == title, f"the first line of notebooks/{path.name} must be {title!r}"
    assert [slide for slide in lesson.slides if slide not in card] == []


@pytest.mark.parametrize("edition", ["source", "release"])
def test_every_sheet_of_exercises_belongs_to_a_lesson_or_is_the_capstone(edition):
    sheets = {path.name for path in (EDITIONS / edition).glob("[0-9]*")}
    assert sheets and sheets <= {lesson.stem for lesson in SHEETS}
    assert all(exercises_of(sheet[:2]) for sheet in sheets)


@pytest.mark.parametrize("wanted", ["05", "5", LESSONS[5].stem, f"notebooks/{LESSONS[5].stem}.ipynb"])
def test_a_lesson_goes_by_its_number_or_its_file(wanted):
    assert find_lesson(wanted) is LESSONS[5]


@pytest.mark.parametrize("wanted", ["", "-1", "99", "005", "training_the_translator"])
def test_an_unknown_lesson_is_answered_with_those_there_are(wanted):
    with pytest.raises(CourseError, match=f'no lesson "{wanted}"; expected one of:\n  00_start_here\n  01_'):
        find_lesson(wanted)
