"""The viewer as a reader meets it: an exported notebook in a browser without a network, with mouse and keys."""

import math

import numpy as np
import pytest

from course_lib.workshop.viz.viewer import view_attention
from tests.workshop.viz.toy_maps import SOURCE, TARGET, H, L, S, T, toy_map
from tests.workshop.viz.viewer_on_page import ViewerOnPage, exported

PADDING = np.array([True] * (S - 1) + [False])
CROSS = toy_map("cross", mask=PADDING)
ENCODER = toy_map("encoder", SOURCE, SOURCE, seed=1)
LONG = [f"word{index}" for index in range(200)]
FAINTEST = 0.005


@pytest.fixture
def show(offline, tmp_path):
    """Exports a notebook with the given views and opens it; afterwards nothing may have gone wrong there."""

    offline.set_viewport_size({"width": 1000, "height": 900})

    def export_and_open(*views):
        page = tmp_path / "page.html"
        page.write_text(exported(views), encoding="utf-8")
        offline.goto(page.as_uri())
        return [ViewerOnPage(offline, index) for index in range(len(views))]

    yield export_and_open
    assert offline.complaints == []


def expected_lines(weights, rows=range(T), columns=range(S), heads=range(H)):
    """The lines that the weights H T S ask for, and their weights."""
    places = ((head, row, column) for head in heads for row in rows for column in columns)
    return {place: pytest.approx(weights[place], abs=1e-4) for place in places if weights[place] >= FAINTEST}


def test_at_first_every_weight_of_the_layer_is_a_line(show):
    (viewer,) = show(view_attention(CROSS, layer=1))
    assert viewer.lines() == expected_lines(CROSS.weights[1])
    assert viewer.texts(".row .word") == TARGET
    assert viewer.texts(".column .word") == SOURCE


def test_a_token_that_is_pointed_at_keeps_only_its_lines_and_gets_its_numbers(show):
    (viewer,) = show(view_attention(CROSS))
    viewer.hover(".row .token", 2)
    assert viewer.lines() == expected_lines(CROSS.weights[0], rows=[2])
    cells = viewer.each(".column .token", "[...item.querySelectorAll('.cell')].map(cell => cell.textContent)")
    for column, numbers in enumerate(cells):
        weights = CROSS.weights[0, :, 2, column]
        assert numbers == [f"{weight:.2f}" if weight >= FAINTEST else "" for weight in weights] * bool(numbers)
        assert numbers or (weights < FAINTEST).all()
    viewer.hover(".column .token", 3)
    assert viewer.lines() == expected_lines(CROSS.weights[0], columns=[3])


def test_the_sentence_names_the_tokens_with_the_largest_mean_weights(show):
    (viewer,) = show(view_attention(CROSS))
    viewer.hover(".row .token", 3)
    mean = CROSS.weights[0, :, 3].mean(axis=0)
    best = ", ".join(f"“{SOURCE[column]}” {mean[column]:.2f}" for column in np.argsort(-mean)[:4])
    assert viewer.status.startswith(f"“house” attends to {best}")
    assert viewer.status.endswith("(layer 0, mean of 3 heads).")


def test_the_lines_are_as_opaque_as_their_weights_say(show):
    (viewer,) = show(view_attention(CROSS))
    pairs = viewer.each(".overview .line", "[item.dataset.weight, item.getAttribute('stroke-opacity')].map(Number)")
    assert pairs
    assert all(shown == pytest.approx(0.08 + 0.92 * weight, abs=1e-3) for weight, shown in pairs)


def test_another_layer_other_heads_and_another_kind_draw_their_own_weights(show):
    (viewer,) = show(view_attention(CROSS, ENCODER))
    viewer.click(".layer label", 1)
    assert viewer.lines() == expected_lines(CROSS.weights[1])
    viewer.click(".heads label", 1)
    assert viewer.lines() == expected_lines(CROSS.weights[1], heads=[0, 2])
    viewer.click(".attention label", 1)
    assert viewer.lines() == expected_lines(ENCODER.weights[1], rows=range(S), heads=[0, 2])


def test_a_click_keeps_a_token_and_another_one_lets_it_go(show):
    (viewer,) = show(view_attention(CROSS))
    viewer.click(".row .token", 1)
    viewer.hover("[role=tab]")
    assert viewer.lines() == expected_lines(CROSS.weights[0], rows=[1])
    assert viewer.each(".row .token", "item.getAttribute('aria-selected')").index("true") == 1
    viewer.click(".row .token", 1)
    viewer.hover("[role=tab]")
    assert viewer.lines() == expected_lines(CROSS.weights[0])


def test_the_keys_do_what_the_mouse_does(show, offline):
    (viewer,) = show(view_attention(CROSS))
    viewer.click(".heads .all")
    for key in ("Tab", "ArrowDown", "ArrowDown"):
        offline.keyboard.press(key)
    assert viewer.lines() == expected_lines(CROSS.weights[0], rows=[2])
    offline.keyboard.press("ArrowRight")
    assert viewer.lines() == expected_lines(CROSS.weights[0], columns=[2])
    offline.keyboard.press("Enter")
    offline.keyboard.press("End")
    assert viewer.lines() == expected_lines(CROSS.weights[0], columns=[2])
    offline.keyboard.press("Escape")
    assert viewer.lines() == expected_lines(CROSS.weights[0], columns=[S - 1])
    assert viewer.texts(":focus") == ["<pad>"]
    assert viewer.each(":focus-visible", "getComputedStyle(item).outlineStyle") == ["solid"]


def test_the_model_view_shows_every_head_and_enlarges_one(show):
    (viewer,) = show(view_attention(CROSS))
    viewer.click("[role=tab]", 1)
    shades = viewer.each(
        "canvas",
        "[...item.getContext('2d').getImageData(0, 0, item.width, item.height).data].filter((_, i) => i % 4 === 3)",
    )
    assert np.array(shades).reshape(L, H, T, S) == pytest.approx(255 * np.sqrt(CROSS.weights), abs=1)
    viewer.click(".thumbnail", 1 * H + 2)
    viewer.hover(".board")  # its middle is the middle of the odd numbers of rows and columns
    row, column = T // 2, S // 2
    weight = CROSS.weights[1, 2, row, column]
    assert viewer.status == f"“{TARGET[row]}” attends to “{SOURCE[column]}” {weight:.3f}."
    viewer.click(".to-head-view")
    assert viewer.lines() == expected_lines(CROSS.weights[1], heads=[2])


def test_the_neuron_view_goes_from_the_products_to_the_weight(show):
    (viewer,) = show(view_attention(CROSS))
    viewer.click("[role=tab]", 2)
    viewer.click(".layer label", 1)
    viewer.click(".head label", 2)
    viewer.click(".row .token", 3)
    viewer.click(".column .token", 1)
    query, key = CROSS.queries[1, 2, 3], CROSS.keys[1, 2, 1]
    signed_height = "(item.classList.contains('negative') ? -1 : 1) * item.getAttribute('height')"
    products = viewer.each("figure:nth-of-type(3) .bar", signed_height)
    assert products == pytest.approx(query * key / np.abs(query * key).max(), abs=1e-3)
    score, weight = query @ key / math.sqrt(len(key)), CROSS.weights[1, 2, 3, 1]
    steps = [as_number(text) for text in viewer.texts(".steps td:last-child")]
    assert steps == pytest.approx([query @ key, score, math.exp(score), weight], abs=2e-3, rel=2e-3)


def test_the_weights_beside_the_keys_are_those_of_the_map_without_what_is_masked(show):
    (viewer,) = show(view_attention(CROSS, heads=[1]))
    viewer.click(".row .token", 4)
    viewer.click("[role=tab]", 2)
    numbers = [as_number(text) for text in viewer.texts(".column .cell")]
    assert numbers == pytest.approx(CROSS.weights[0, 1, 4, :-1], abs=0.0051)
    assert viewer.texts(".column .masked") == ["masked"]


def as_number(text):
    return float(text.replace("\N{MINUS SIGN}", "-"))


def test_without_queries_and_keys_there_is_no_neuron_view(show):
    no_vectors = type(CROSS)("cross", CROSS.weights, TARGET, SOURCE)
    (viewer,) = show(view_attention(no_vectors))
    assert viewer.texts("[role=tab]") == ["Head view", "Model view"]


def test_viewers_on_one_page_do_not_meet(show, offline):
    first, second, again = show(view_attention(CROSS), view_attention(ENCODER), view_attention(CROSS))
    first.click(".layer label", 1)
    first.click(".row .token", 2)
    second.click("[role=tab]", 1)
    assert first.lines() == expected_lines(CROSS.weights[1], rows=[2])
    assert again.lines() == expected_lines(CROSS.weights[0])
    assert offline.evaluate("typeof Viewer + typeof start + typeof require") == "undefined" * 3


def test_two_hundred_tokens_are_drawn_with_their_strongest_lines_only(show):
    long = toy_map("decoder", LONG, LONG, mask=np.tri(200, dtype=bool), num_layers=1)
    (viewer,) = show(view_attention(long))
    lines = viewer.lines()
    floor = np.sort(long.weights[0].ravel())[-1000]
    assert 900 < len(lines) <= 1000
    assert min(lines.values()) == pytest.approx(floor, abs=1e-3)
    assert f"only weights above {floor:.3f} are drawn" in viewer.status
    viewer.hover(".row .token", 3)
    assert viewer.lines() == expected_lines(long.weights[0], rows=[3], columns=range(200))


def test_tokens_are_text_and_never_markup(show):
    tokens = ["</script>", "<b>bold</b>", "&amp;", " ", "\n", '"', "\u2028"]
    (viewer,) = show(view_attention(toy_map(columns=tokens)))
    assert viewer.texts(".column .word") == [*tokens[:3], '"␣"', '"\\n"', '"', '"\u2028"']
    assert viewer.each("b", "1") == []


def test_the_viewer_is_as_dark_as_the_page_or_as_the_reader_likes(show, offline):
    (viewer,) = show(view_attention(CROSS))
    viewer.wait_for_theme("light")
    offline.evaluate("document.body.dataset.jpThemeLight = 'false'")
    viewer.wait_for_theme("dark")
    offline.evaluate("delete document.body.dataset.jpThemeLight")
    viewer.wait_for_theme("light")
    offline.emulate_media(color_scheme="dark")
    viewer.wait_for_theme("dark")
    offline.emulate_media(color_scheme="light")
    viewer.wait_for_theme("light")
