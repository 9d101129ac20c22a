"""The encoder and the decoder layer as rows of numbered steps (slides "Encoder Layer" and "Decoder Layer")."""

from collections.abc import Callable

from matplotlib.axes import Axes

from course_lib.workshop.viz.blocks import Box, Page
from course_lib.workshop.viz.style import COLORS, GRAY, shade

BOX, NORM, HEIGHT = 1.22, 0.68, 1.1  # inches
GAP, LEAD = 0.2, 0.36  # between the steps of a sub-layer; before it, where its residual connection branches off
ARC = 0.54  # of a residual connection above the boxes
BADGE = 0.34  # of a step's number below the boxes
WORDS = 12  # points


def draw_encoder_layer(norm_first: bool = False, *, ax: Axes | None = None) -> Axes:
    """Draw the six steps of an encoder layer from left to right, with its two residual connections.

    `norm_first` draws each normalization before its sub-layer instead of after the addition; its number stays.
    Source: slide "Encoder Layer"; Vaswani et al. 2017, section 3.1.
    """
    page = Page(6.9, 3.1, "Diagram of the steps of an encoder layer, from left to right", ax)
    page.frame(0.38, 0.1, 6.6, 3.0, "Encoder layer", COLORS["encoder"])
    row = Row(page, 0.33, y=1.35)
    page.text(0.14, 1.35, "x")
    row.sublayer("Multi-head\nattention", COLORS["attention"], norm_first)
    row.sublayer("Feed-\nforward", COLORS["feed_forward"], norm_first)
    row.leave(6.88)
    return page.ax


def draw_decoder_layer(norm_first: bool = False, *, ax: Axes | None = None) -> Axes:
    """Draw the nine steps of a decoder layer from left to right, with the encoder's memory entering step 4.

    `norm_first` draws each normalization before its sub-layer instead of after the addition; its number stays.
    Source: slide "Decoder Layer"; Vaswani et al. 2017, section 3.1.
    """
    page = Page(9.9, 4.2, "Diagram of the steps of a decoder layer, from left to right", ax)
    page.frame(0.38, 1.2, 9.6, 4.1, "Decoder layer", COLORS["decoder"])
    row = Row(page, 0.33, y=2.45)
    page.text(0.14, 2.45, "x")
    row.sublayer("Masked\nmulti-head\nattention", COLORS["attention"], norm_first)
    cross = row.sublayer("Multi-head\ncross-\nattention", COLORS["attention"], norm_first)
    row.sublayer("Feed-\nforward", COLORS["feed_forward"], norm_first)
    row.leave(9.88)
    _draw_memory(page, cross)
    return page.ax


def _draw_memory(page, cross):
    """The queries come along the row, the keys and the values from below."""
    memory = page.box(cross.x, 0.4, 2.7, 0.6, "memory (encoder output)", COLORS["memory"], size=WORDS)
    for name, x in (("key", cross.x - 0.42), ("value", cross.x + 0.42)):
        page.arrow((x, memory.top[1]), (x, cross.bottom[1]), color=shade(COLORS[name]))
        page.text(x + 0.1, 0.95, f"{name}s", WORDS, shade(COLORS[name]), ha="left")
    start = cross.left[0] - GAP
    page.arrow((start, cross.y), cross.left, color=COLORS["query"])
    page.text(start - 0.06, cross.y + HEIGHT / 2 + 0.13, "queries", WORDS, COLORS["query"], ha="right")


class Row:
    """Sub-layers drawn from left to right; it knows how far it has come and the number of the next step."""

    def __init__(self, page: Page, start: float, y: float):
        self.page, self.y, self.end, self.number = page, y, start, 1

    def sublayer(self, words: str, color: str, norm_first: bool) -> Box:
        """Draw a sub-layer, its addition, its normalization and its residual connection; return its box."""
        branch = self.end + LEAD - GAP
        self.move(LEAD - GAP)
        first, self.number = self.number, self.number + 3
        if norm_first:
            self.norm(first + 2)
        box = self.step(BOX, lambda x: self.page.box(x, self.y, BOX, HEIGHT, words, color, WORDS), first)
        plus = self.step(0.38, lambda x: self.page.plus(x, self.y), first + 1)
        if not norm_first:
            self.norm(first + 2)
        over = self.y + HEIGHT / 2 + ARC
        self.page.arrow((branch, self.y), (branch, over), (plus.x, over), plus.top, color=GRAY)
        self.page.text((branch + plus.x) / 2, over - 0.16, "residual connection", WORDS - 1, GRAY)
        return box

    def norm(self, number: int) -> None:
        """Draw a normalization."""
        self.step(NORM, lambda x: self.page.box(x, self.y, NORM, HEIGHT, "Norm", COLORS["norm"], WORDS), number)

    def move(self, distance: float) -> None:
        """Draw a line to where the next arrow starts."""
        self.page.arrow((self.end, self.y), (self.end + distance, self.y), head=False)
        self.end += distance

    def step(self, width: float, draw: Callable[[float], Box], number: int) -> Box:
        """Draw the arrow to a step, the step by `draw(x)`, and its `number`; return its place."""
        start = self.end
        self.end += GAP + width
        place = draw(self.end - width / 2)
        self.page.arrow((start, self.y), place.left)
        self.page.badge(place.x, self.y - HEIGHT / 2 - BADGE, number)
        return place

    def leave(self, x: float) -> None:
        """Draw the arrow to `x`, out of the layer."""
        self.page.arrow((self.end, self.y), (x, self.y))
