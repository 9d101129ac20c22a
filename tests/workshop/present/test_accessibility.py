"""Decks and pages keep nobody out: axe finds nothing serious, in the dark neither."""

import nbformat
import pytest

from course_lib.workshop.cli.lessons import html_of
from course_lib.workshop.present.deck import Deck
from course_lib.workshop.present.exporter import LessonPage
from tests.notebooks.lesson import LESSON_FILES
from tests.workshop.present.accessibility import barriers
from tests.workshop.present.deck_on_page import DeckOnPage
from tests.workshop.present.test_deck_in_browser import toy_deck  # noqa: F401, a fixture

FIRST, LAST = LESSON_FILES[1], LESSON_FILES[-1]


def written(exporter, path, folder):
    page = folder / "page.html"
    page.write_text(html_of(exporter, nbformat.read(path, as_version=4), path.stem), encoding="utf-8")
    return page


def assert_keeps_nobody_out(deck, theme, every=1):
    deck.page.emulate_media(color_scheme=theme)
    for slide in range(0, deck.page.evaluate("Reveal.getTotalSlides()"), every):
        deck.show(slide)
        assert barriers(deck.page) == [], slide


@pytest.mark.slow
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_deck_keeps_nobody_out(theme, toy_deck, offline):  # noqa: F811
    assert_keeps_nobody_out(DeckOnPage(offline, toy_deck), theme)


@pytest.mark.slow
@pytest.mark.parametrize(("lesson", "theme"), [(FIRST, "light"), (LAST, "dark")], ids=str)
def test_the_decks_of_lessons_keep_nobody_out(lesson, theme, tmp_path, offline):
    assert_keeps_nobody_out(DeckOnPage(offline, written(Deck(), lesson, tmp_path)), theme, every=4)


@pytest.mark.slow
@pytest.mark.parametrize("lesson", [FIRST, LAST], ids=str)
def test_the_pages_of_lessons_keep_nobody_out(lesson, tmp_path, offline):
    offline.goto(written(LessonPage(), lesson, tmp_path).as_uri())
    assert barriers(offline) == []
