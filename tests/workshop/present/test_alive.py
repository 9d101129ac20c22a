"""A lesson that names a live page has it in its deck: a key opens it over the slide, and Escape leads back."""

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from course_lib.workshop.cli.lessons import html_of
from course_lib.workshop.present.alive import live_address, named_model
from course_lib.workshop.present.deck import Deck
from tests.toys import tiny_translator, toy_tokenizer
from tests.workshop.present.deck_on_page import DeckOnPage
from tests.workshop.present.explain.live_page import written

ALIVE = "- Alive: `course explain mine` writes a page: its part “Decoder layer 2” has boxes."


@pytest.mark.parametrize(
    ("prose", "model", "address"),
    [
        (ALIVE, "mine", "live/mine.html#Decoder%20layer%202"),
        ("`course explain chat` writes a page.\n\nAnother part “of something”.", "chat", "live/chat.html"),
        ("Nothing.", "", ""),
    ],
)
def test_a_lesson_names_a_page_and_its_part(prose, model, address):
    notebook = new_notebook(cells=[new_code_cell(f"# {ALIVE}"), new_markdown_cell(prose)])
    assert named_model(notebook) == model
    assert live_address(notebook, "live") == address


def test_a_deck_opens_the_page_over_the_slide_and_escape_leads_back(offline, tmp_path):
    tokenizer = toy_tokenizer()
    written(tmp_path / "live" / "mine", tiny_translator(vocab_size=len(tokenizer), max_length=97), tokenizer)
    cells = [new_markdown_cell("# A lesson"), new_markdown_cell("## A slide\n\nOne.\n\nTwo."), new_markdown_cell(ALIVE)]
    (tmp_path / "deck.html").write_text(html_of(Deck(), new_notebook(cells=cells), "deck"), encoding="utf-8")
    deck = DeckOnPage(offline, tmp_path / "deck.html")
    link = offline.locator(".present footer a", has_text="(A)")
    assert link.get_attribute("href") == "live/mine.html#Decoder%20layer%202"
    offline.keyboard.press("a")
    model = offline.frame_locator("#alive iframe")
    assert model.locator("h2").text_content() == "Decoder layer 2"
    assert offline.locator("#alive").bounding_box() == {"x": 0, "y": 0, "width": 1280, "height": 720}
    model.locator("#text").press("Escape")
    offline.locator("#alive").wait_for(state="hidden")
    assert deck.last_step == -1
    offline.keyboard.press("Space")
    assert deck.last_step == 0
    assert offline.complaints == []
