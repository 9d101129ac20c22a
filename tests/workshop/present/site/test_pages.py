"""Pages that are made of what the course knows of itself: nothing is missing, and no answer is given away."""

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell

from course_lib.workshop.lessons import LESSONS
from course_lib.workshop.present.site import pages
from course_lib.workshop.present.site.lesson import LessonOnSite
from course_lib.workshop.present.site.links import with_links_to_pages
from course_lib.workshop.present.site.pages import find_rooms, glossary, home, room_page, terms
from course_lib.workshop.present.site.studies import CARDS, rows, study_page, study_pages
from tests.notebooks.lesson import REPOSITORY, Lesson

BY_NAME = {lesson.name: lesson for lesson in LESSONS}  # a course of your own may lack lessons that the glossary names
MODULES = [module for modules in find_rooms().values() for module in modules]
CARD = {
    "question": "How many?",
    "minutes": 5.7,
    "arms": {
        "one": {"changes": {}, "seeds": {"0": {"right": 1.0, "loss": [3, 2, 1]}, "1": {"right": 3.0, "loss": [5, 3]}}},
        "two": {"changes": {"layers": 2}, "seeds": {"0": {"right": 7.0, "loss": [1]}}},
    },
}  # fmt: skip


def test_every_module_of_the_library_is_shown_but_commands_and_answers():
    files = {path for path in (REPOSITORY / "course_lib").rglob("*.py") if "static" not in path.parts}
    names = {".".join(path.relative_to(REPOSITORY).with_suffix("").parts).removesuffix(".__init__") for path in files}
    hidden = names - set(MODULES)
    assert {
        name
        for name in hidden
        if not name.startswith(("course_lib.workshop.cli", "course_lib.workshop.exercises.lesson_"))
    } == {
        "course_lib",
        "course_lib.world.__main__",
        "course_lib.workshop.present.site.conf",
        "course_lib.workshop.present.site.first_cell",
    }


def test_a_room_is_a_heading_for_each_of_its_modules():
    text = room_page("nn", ["course_lib.nn", "course_lib.nn.masks"])
    assert text.index("# nn") < text.index("automodule:: course_lib.nn\n") < text.index("## masks")
    assert "automodule:: course_lib.nn.masks" in text


def test_a_term_of_the_glossary_stands_in_the_lesson_that_it_leads_to():
    for row in [row for row in terms() if row["lesson"] in BY_NAME]:
        prose = " ".join(cell.source for cell in Lesson(REPOSITORY / page(BY_NAME[row["lesson"]])).prose)
        assert row["term"].lower() in prose.lower(), row


def page(lesson):
    return LessonOnSite(lesson, "").page


def test_the_glossary_explains_each_term_once():
    names = [row["term"].lower() for row in terms()]
    assert len(set(names)) == len(names) > 0
    assert glossary().count("](/notebooks/") == sum(row["lesson"] in BY_NAME for row in terms())


def test_terms_of_lessons_that_a_course_leaves_out_are_left_out(monkeypatch):
    monkeypatch.setattr(pages, "LESSONS", LESSONS[:4])
    kept = {lesson.name for lesson in LESSONS[:4]}
    assert glossary().count("](/notebooks/") == sum(row["lesson"] in kept for row in terms()) > 0


def test_the_first_page_has_each_lesson_with_its_claim():
    parts = [LessonOnSite(lesson, "") for lesson in LESSONS]
    text = home(parts, ["glossary"], ["translator"])
    assert all(part.claim and part.claim in text and f"\n{part.page}\n" in text for part in parts)


def test_a_study_shows_mean_and_range_over_its_seeds_and_both_ends_of_a_curve():
    assert [*rows(CARD)] == [
        ("one", "right", "2 (1 to 3)"),
        ("one", "loss, 3 points", "4 (3 to 5) … 2 (1 to 3)"),
        ("two", "right", "7 (7 to 7)"),
        ("two", "loss, 1 points", "1 (1 to 1) … 1 (1 to 1)"),
    ]
    text = study_page("many", CARD)
    assert "- **two**: `layers = 2`" in text and "Seeds for each arm: 1 or 2; 6 minutes" in text


def test_every_card_has_its_page():
    assert len(study_pages()) == len([*CARDS.glob("*.json")])


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("[a](../course_lib/nn/masks.py)", "[a](#course_lib.nn.masks)"),
        ("[a](../../../../course_lib/nn/masks.py)", "[a](#course_lib.nn.masks)"),
        ('[0.5](../data/studies/ring.json "one: x")', "[0.5](#study-ring)"),
        ("[a](../data/studies/ring.json), [b](02_x.ipynb)", "[a](#study-ring), [b](02_x.ipynb)"),
    ],
)
def test_links_to_files_lead_to_their_pages(source, shown):
    assert with_links_to_pages(new_markdown_cell(source)).source == shown
    assert with_links_to_pages(new_code_cell(source)).source == source


def test_a_lesson_without_exercises_has_no_sheet():
    assert LessonOnSite(LESSONS[0], "").sheet is None
    assert LessonOnSite(LESSONS[1], "").sheet.startswith("notebooks/exercises/release/01_")
