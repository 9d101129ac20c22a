"""A live page is for everybody: for whom it is read aloud, who has no mouse, who likes it dark, who has a phone."""

import pytest

from tests.workshop.present.accessibility import barriers

NAMES = ("translator", *(pytest.param(name, marks=pytest.mark.slow) for name in ("chat", "vlm")))
PHONE = {"width": 380, "height": 700}

each_model = pytest.mark.parametrize("file", NAMES, indirect=True)


def open_part(page, part):
    page.click(f"part-{part}")


@each_model
def test_nothing_keeps_a_reader_out_of_the_first_part(page):
    assert barriers(page.tab) == []


@pytest.mark.slow
@each_model
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_keeps_a_reader_out_of_any_part(page, theme):
    page.tab.emulate_media(color_scheme=theme)
    for part in range(len(page.texts(".road button"))):
        open_part(page, part)
        assert barriers(page.tab) == [], part


@each_model
def test_the_tab_key_reaches_every_control_and_the_walk_needs_no_mouse(page):
    controls = page.tab.locator("main :is(button:enabled, input, select, summary):visible").count()
    page.tab.locator("#text").focus()
    page.tab.evaluate("addEventListener('focusin', ({ target }) => (window.reached ??= new Set()).add(target))")
    for _ in range(2 * controls):
        page.tab.keyboard.press("Tab")
    reached = "[...window.reached].filter((e) => e.matches('button, input, select, summary')).length"
    assert page.tab.evaluate(reached) == controls
    for part in range(1, len(page.texts(".road button"))):
        page.tab.locator("[data-key='Next part']").focus()
        page.tab.keyboard.press("Enter")
        assert page.texts("h2") == [page.texts(".road button")[part]]
        assert page.tab.evaluate("document.activeElement.tagName") == "H2"


@each_model
def test_a_phone_never_has_to_scroll_a_page_sideways(page):
    page.tab.set_viewport_size(PHONE)
    for part in range(len(page.texts(".road button"))):
        open_part(page, part)
        assert page.tab.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], part
        here = page.tab.locator("[aria-current]").bounding_box()
        assert here["x"] >= 0 and here["x"] + here["width"] <= PHONE["width"], part
