"""A deck before a room, without a network: nothing shows before its key, and nothing reaches beyond the screen."""

import base64
import io
from itertools import pairwise

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from PIL import Image

from course_lib.workshop.cli.lessons import html_of
from course_lib.workshop.present.deck import Deck
from course_lib.workshop.viz import view_attention
from course_lib.workshop.viz.course_map import PARTS
from tests.notebooks.lesson import LESSON_FILES
from tests.workshop.present.accessibility import barriers
from tests.workshop.present.deck_on_page import SIZES, DeckOnPage
from tests.workshop.present.test_exporter import CODE, DOT, FORMULA
from tests.workshop.viz.toy_maps import toy_map

LONG_CODE = "\n\n".join(
    f"def f{i}(x):\n    '''A function.'''\n" + "    x = x + 1\n" * 5 + "    return x" for i in range(7)
)
TABLE = "| a | b |\n|---|---|\n" + "| some words | more |\n" * 30


def printed(text):
    return new_output("stream", text=text)


FIGURE = new_output("display_data", {"image/png": DOT}, metadata={"image/png": {"alt": "a dot"}})
CELLS = [
    new_markdown_cell("# 01 · A lesson\n\n**Claim.** Things wait: $\\frac{1}{2}$."),
    new_markdown_cell("## The question\n\nWhy?\n\n*Predict:* how many?"),
    new_code_cell("x = 1\nprint(x)", outputs=[printed("1\n"), FIGURE]),
    new_markdown_cell("**What you should see:** one.\n\n### More\n\n$$x^2$$\n\n" + TABLE),
    new_markdown_cell("A secret.", metadata={"slideshow": {"slide_type": "skip"}}),
    new_code_cell(LONG_CODE, outputs=[printed("a line that was printed\n" * 50)]),
    new_markdown_cell("## The viewer"),
    new_code_cell("view", outputs=[new_output("display_data", {"text/html": view_attention(toy_map()).data})]),
]


def written(path, cells):
    path.write_text(html_of(Deck(), new_notebook(cells=cells), path.stem), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def toy_deck(tmp_path_factory):
    return written(tmp_path_factory.mktemp("deck") / "toy.html", CELLS)


def assert_is_presentable(deck, walk):
    """Each key shows one step more at most, whatever is shown is on the screen, and keys lead back to the start."""
    first = deck.last_step
    steps, outside = zip(*walk("Space", "end"), strict=True)
    assert first <= 0 and steps[-1] == deck.count - 1
    assert [item for items in outside for item in items] == []
    assert {after - before for before, after in pairwise([first, *steps])} <= {0, 1}
    backwards = [step for step, _ in walk("Shift+Space", "start")]
    assert [*reversed(backwards)] == [first, *steps[:-1]]
    assert deck.page.evaluate("[...document.images].every(image => image.naturalWidth > 0)")
    assert deck.page.complaints == []


def test_a_deck_shows_one_step_at_each_key_and_all_of_it_on_the_screen(toy_deck, offline):
    deck = DeckOnPage(offline, toy_deck)
    for walk in (deck.walk, deck.walk_fast):
        assert_is_presentable(deck, walk)


def test_the_arrows_show_the_same_steps_as_the_space_bar(toy_deck, offline):
    deck = DeckOnPage(offline, toy_deck)
    right = deck.walk_fast("ArrowRight", "end")
    back = deck.walk_fast("Shift+Space", "start")
    assert deck.walk_fast("Space", "end") == right
    assert deck.walk_fast("ArrowLeft", "start") == back


def test_a_deck_shows_all_its_steps_again_after_a_jump_back(tmp_path, offline):
    sections = [new_markdown_cell(f"## {title}\n\nOne.\n\n### More\n\nTwo.\n\n### End\n\nThree.") for title in "abc"]
    deck = DeckOnPage(offline, written(tmp_path / "deck.html", [new_markdown_cell("# A lesson"), *sections]))
    first = deck.walk_fast("ArrowRight", "end")
    offline.evaluate("Reveal.slide(1, 0, -1)")
    assert deck.walk_fast("ArrowRight", "end") == first[1:]


def test_a_swipe_shows_the_next_step_and_the_other_way_the_one_before(toy_deck, offline):
    deck = DeckOnPage(offline, toy_deck)
    steps = [deck.last_step, *(step for step, _ in deck.walk_fast("Space", "end"))][:12]
    deck.walk_fast("Shift+Space", "start")
    seen = []
    for to_the_right in [False] * 11 + [True] * 11:
        seen.append(deck.last_step)
        deck.swipe(to_the_right)
    assert [*seen, deck.last_step] == [*steps, *reversed(steps[:-1])]
    assert deck.page.complaints == []


def test_the_help_lists_each_key_once_and_the_keys_of_the_course_first(toy_deck, offline):
    DeckOnPage(offline, toy_deck)
    offline.keyboard.press("Shift+Slash")
    shown = offline.locator("dialog[open]")
    keys = [key for row in shown.locator("tr").all() for key in row.locator("kbd").all_text_contents()]
    assert len(set(keys)) == len(keys)
    assert keys[:4] == ["G", "E", "C", "D"]
    box = shown.bounding_box()
    assert (
        box["y"] >= 0 and box["y"] + box["height"] <= 720 and shown.evaluate("it => it.scrollHeight <= it.clientHeight")
    )
    assert barriers(offline) == []
    offline.keyboard.press("Escape")
    assert not offline.locator("dialog[open]").count()


def test_code_is_at_least_twenty_pixels_high_on_a_large_screen(toy_deck, offline):
    assert DeckOnPage(offline, toy_deck, "1080p").smallest_code >= 20


def test_a_long_deck_goes_on_with_the_same_heading(toy_deck, offline):
    DeckOnPage(offline, toy_deck)
    titles = offline.evaluate("Reveal.getSlides().map(slide => slide.querySelector('header :last-child').textContent)")
    assert titles.count("More") > 2 and titles[-1] == "The viewer"
    assert offline.evaluate("document.querySelector('.slides').textContent").count("a line that was printed") == 50
    assert offline.evaluate("document.querySelectorAll('.slides tbody tr').length") == 30


def test_an_output_that_was_predicted_waits_for_its_key(toy_deck, offline):
    deck = DeckOnPage(offline, toy_deck)
    offline.evaluate("Reveal.slide(1, 0)")
    for kinds in (["predict"], ["predict", "code"], ["predict", "code", "output"]):
        offline.keyboard.press("Space")
        assert deck.kinds == ["prose", *kinds]
    assert deck.page.complaints == []


def test_a_screen_reader_is_told_only_the_step_that_has_just_appeared(toy_deck, offline):
    DeckOnPage(offline, toy_deck)
    told = "[...document.querySelectorAll('[aria-live]')].map(region => region.textContent).join('').trim()"
    offline.evaluate("Reveal.slide(1, 0)")
    assert offline.evaluate(told).split() == ["The", "question", "Why?"]
    for words in ("Predict: how many?", "x = 1\nprint(x)", "1", "a dot"):
        offline.keyboard.press("Space")
        assert offline.evaluate(told) == words
    offline.keyboard.press("Shift+Space")
    assert offline.evaluate(told) == ""


def test_a_key_shows_a_figure_alone_and_any_key_ends_it(toy_deck, offline):
    deck = DeckOnPage(offline, toy_deck)
    offline.evaluate("Reveal.slide(1, 0, 4)")
    before = deck.last_step
    offline.keyboard.press("g")
    assert offline.locator("#solo img").bounding_box()["width"] > 1200
    offline.keyboard.press("Space")
    assert offline.locator("#solo").is_hidden() and deck.last_step == before


def test_keys_enlarge_code_and_fold_it(toy_deck, offline):
    DeckOnPage(offline, toy_deck)
    offline.evaluate("Reveal.slide(1, 0, 2)")
    code, size = offline.locator(".step.code pre").first, "pre => parseFloat(getComputedStyle(pre).fontSize)"
    offline.keyboard.press("e")
    assert offline.locator("#solo pre").evaluate(size) > 1.5 * code.evaluate(size)
    offline.keyboard.press("Escape")
    assert code.is_visible()
    offline.keyboard.press("c")
    assert code.is_hidden()


def test_what_is_said_about_a_tall_figure_stands_beside_it(tmp_path, offline):
    picture = io.BytesIO()
    Image.new("L", (701, 997)).save(picture, "png")
    output = new_output("display_data", {"image/png": base64.b64encode(picture.getvalue()).decode()})
    cells = [
        new_markdown_cell("# A lesson"),
        new_code_cell("x = 1\n" * 9, outputs=[output]),
        new_markdown_cell("Seen."),
    ]
    deck = DeckOnPage(offline, written(tmp_path / "deck.html", cells))
    deck.show(deck.page.evaluate("Reveal.getTotalSlides() - 1"))
    assert deck.kinds == ["output", "prose"] and deck.outside == []
    figure, prose = (offline.locator(f".present {item}").bounding_box() for item in ("img", ".step.prose"))
    assert prose["x"] > figure["x"] + figure["width"]


def test_a_question_stands_above_its_answer_on_the_next_slide_and_above_nothing_else(tmp_path, offline):
    wide = printed("word " * 20 + "\n")  # smaller letters spare it a break
    cells = [
        new_markdown_cell("# A lesson\n\n## Why?\n\nCount. *Predict:* how many?"),
        new_code_cell("x = 1\n" * 20, outputs=[wide]),
        new_markdown_cell("Seen.\n\n" + "And much to say about it. " * 60),
        new_code_cell("y = 2\n" * 20),
    ]
    deck = DeckOnPage(offline, written(tmp_path / "deck.html", cells))
    seen = []
    for slide in range(1, offline.evaluate("Reveal.getTotalSlides()")):
        deck.show(slide)
        seen.append((deck.kinds, offline.locator(".present .present .above").text_content()))
    assert seen == [
        (["predict", "code"], ""),
        (["output", "prose", "prose"], "Predict: how many?"),
        (["code"], ""),
    ]
    assert offline.evaluate("document.querySelector('.step.output pre').scrollHeight") < 40
    assert deck.page.complaints == []


def test_a_key_makes_the_deck_dark_and_light_again(toy_deck, offline):
    DeckOnPage(offline, toy_deck)
    paper = "getComputedStyle(document.body).backgroundColor"
    before = offline.evaluate(paper)
    offline.keyboard.press("d")
    assert offline.evaluate(paper) != before
    assert offline.evaluate("document.body.dataset.jpThemeLight") == "false"
    offline.keyboard.press("d")
    assert offline.evaluate(paper) == before


def test_a_lesson_wears_the_color_of_its_part(tmp_path, offline):
    DeckOnPage(offline, written(tmp_path / "24_clip.html", CELLS))
    assert offline.locator(".present .above").text_content() == "Vision"
    assert offline.evaluate("document.body.style.getPropertyValue('--part')") == PARTS["Vision"][1]


def test_what_a_lecture_skips_is_told_to_the_lecturer_with_the_minutes(toy_deck, offline):
    DeckOnPage(offline, toy_deck)
    notes = offline.evaluate("[...document.querySelectorAll('aside.notes')].map(notes => notes.textContent)")
    assert sum("A secret." in note for note in notes) == 1
    minutes = [note.split("minute ")[1].split(" of ")[0] for note in notes]
    assert minutes == sorted(minutes, key=int) and notes[-1].startswith(
        f"Over at minute {minutes[-1]} of {minutes[-1]}."
    )
    assert not offline.get_by_text("A secret.").is_visible()


def test_a_deck_is_printed_a_page_for_each_slide(toy_deck, offline):
    DeckOnPage(offline, toy_deck, query="?print-pdf")
    offline.locator(".pdf-page").last.wait_for()
    assert offline.locator(".pdf-page").count() == offline.evaluate("Reveal.getTotalSlides()")


@pytest.mark.slow
@pytest.mark.parametrize("path", LESSON_FILES, ids=lambda path: path.stem)
def test_every_lesson_can_be_presented(path, tmp_path, offline):
    notebook = nbformat.read(path, as_version=4)
    deck_file = written(tmp_path / "deck.html", notebook.cells)
    html = deck_file.read_text(encoding="utf-8")
    prose = [CODE.sub("", cell.source) for cell in notebook.cells if cell.cell_type == "markdown"]
    assert html.count("<math") == sum(len(FORMULA.findall(text)) for text in prose)
    for size in SIZES:
        deck = DeckOnPage(offline, deck_file, size)
        assert_is_presentable(deck, deck.walk_fast)
        assert size == "720p" or deck.smallest_code >= 20
