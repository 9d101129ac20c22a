"""The decks of the site lead to its own pages, and to nothing on the visitor's machine."""

import re
from pathlib import Path
from urllib.parse import urldefrag

import pytest

from course_lib.workshop.lessons import LESSONS
from course_lib.workshop.present.site import Site
from course_lib.workshop.present.site.lesson import LIVE, LessonOnSite
from tests.workshop.present.deck_on_page import DeckOnPage

LINKS = "[...document.querySelectorAll('.reveal a[href]:not([href^=\"#\"])')].map(link => link.getAttribute('href'))"
TWO = [lesson for lesson in LESSONS if lesson.name in ("rope", "alternatives")]


@pytest.fixture(scope="module")
def pages():
    """The pages of the site by their paths, with what they are made of."""
    site = Site(address="")
    made = {str(Path(name).with_suffix(".html")): text for name, text in site.sources().items()}
    return made | dict.fromkeys(["README.html", *(f"{LIVE}/{name}.html" for name in site.live)], "")


@pytest.mark.parametrize("lesson", TWO, ids=lambda lesson: lesson.stem)
def test_every_link_of_a_deck_leads_to_a_page_of_the_site(lesson, pages, offline, tmp_path):
    part = LessonOnSite(lesson, "", Site(address="").live)
    (tmp_path / "deck.html").write_text(part.beside()[part.deck], encoding="utf-8")
    deck = DeckOnPage(offline, tmp_path / "deck.html")
    links = [link for link in offline.evaluate(LINKS) if not re.match(r"https://", link)]
    for address, anchor in map(urldefrag, links):
        assert address.startswith("../") and address[3:] in pages, address
        module = anchor.removeprefix("module-")
        assert module == anchor or f"automodule:: {module}\n" in pages[address[3:]], anchor
    slides = offline.evaluate("Reveal.getTotalSlides()")
    assert links.count(f"../notebooks/{lesson.stem}.html") >= slides
    assert any("../studies/" in link for link in links)
    assert "JupyterLab" not in offline.locator(".frame footer").first.text_content()
    assert deck.page.complaints == []
