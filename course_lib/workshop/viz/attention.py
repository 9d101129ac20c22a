"""Multi-head attention in its four parts, and what happens inside one head (slide "Multiple Attention Heads")."""

from matplotlib.axes import Axes

from course_lib.workshop.viz.blocks import Page
from course_lib.workshop.viz.style import COLORS, GRAY, shade

ATTENTION = COLORS["attention"]
WORDS, SHAPE = 13, 11  # points
INPUTS = {"query": ("queries", "T", 3.2), "key": ("keys", "S", 2.2), "value": ("values", "S", 1.2)}


def draw_multi_head_attention(num_heads: int = 4, *, ax: Axes | None = None) -> Axes:
    """Draw the four parts of multi-head attention from left to right; each card of a pile is one head.

    The shapes are written in the course's letters.
    Source: slide "Multiple Attention Heads"; Vaswani et al. 2017, section 3.2.2.
    """
    page = Page(9.9, 4.3, "Diagram of multi-head attention, from left to right", ax)
    attention = page.cards(4.75, 2.2, 1.5, 2.7, "Scaled\ndot-product\nattention", ATTENTION, num_heads, WORDS)
    for role, (words, length, y) in INPUTS.items():
        page.text(0.85, y, words, WORDS, shade(COLORS[role]), ha="right")
        linear = page.cards(2.15, y, 0.95, 0.6, "Linear", COLORS[role], num_heads, WORDS)
        _arrow_with_shape(page, (0.95, y), linear.left, f"B {length} D")
        _arrow_with_shape(page, linear.right, (attention.left[0], y), f"B H {length} E", covered=0.27)
    concat = page.box(7.1, 2.2, 1.0, 2.7, "Concat", GRAY, WORDS)
    output = page.box(8.7, 2.2, 0.9, 2.7, "Linear", GRAY, WORDS)
    _arrow_with_shape(page, attention.right, concat.left, "B H T E", covered=0.27)
    _arrow_with_shape(page, concat.right, output.left, "B T D")
    _arrow_with_shape(page, output.right, (9.85, 2.2), "B T D")
    for number, place in enumerate((linear, attention, concat, output), start=1):
        page.badge(place.x, 0.4, number)
    page.text(attention.x + 0.13, 4.1, "one card per head", SHAPE, GRAY)
    return page.ax


def draw_dot_product_attention(*, ax: Axes | None = None) -> Axes:
    """Draw what one head does: scores, scale, mask, softmax to weights, and the weighted sum of the values.

    Source: slide "Multiple Attention Heads", part 2; Vaswani et al. 2017, section 3.2.1.
    """
    page = Page(9.9, 2.5, "Diagram of the steps inside one attention head, from left to right", ax)
    y = 1.1
    words = ("dot\nproducts", "divide\nby √E", "mask\nwith −∞", "softmax\nper row", "weighted\nsum")
    steps = [page.box(1.6 + 1.83 * index, y, 1.08, 0.95, name, ATTENTION, 12) for index, name in enumerate(words)]
    for letter, step in zip("abcde", steps, strict=True):
        page.badge(step.x, 0.27, letter)
    for before, after, name in zip(steps, steps[1:], ("scores", "scores", "scores", "weights"), strict=False):
        _arrow_with_shape(page, before.right, after.left, name)
    for role, height in (("query", y + 0.25), ("key", y - 0.25)):
        page.text(0.75, height, INPUTS[role][0], 12, shade(COLORS[role]), ha="right")
        page.arrow((0.82, height), (steps[0].left[0], height), color=shade(COLORS[role]))
    page.text(steps[-1].x, 2.3, "values", 12, shade(COLORS["value"]))
    page.arrow((steps[-1].x, 2.15), steps[-1].top, color=shade(COLORS["value"]))
    page.arrow(steps[-1].right, (9.88, y))
    return page.ax


def _arrow_with_shape(page, start, end, words, covered=0.0):
    """Draw an arrow with `words` above the part of it that is not `covered` by a pile of cards."""
    page.arrow(start, end)
    page.text((start[0] + covered + end[0]) / 2, start[1] + 0.17, words, SHAPE, GRAY)
