"""What the translator sees and what it is asked for while it trains (slide "During Training")."""

import textwrap
from collections.abc import Sequence

from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from course_lib.errors import CourseError
from course_lib.workshop.viz.arrays import check_labels, to_numpy
from course_lib.workshop.viz.blocks import Page
from course_lib.workshop.viz.cells import text_width
from course_lib.workshop.viz.style import COLORS, GRAY, shade

LEFT, RIGHT = 2.15, 9.85  # of the columns, one per position
INPUT, DECODER, PREDICTED, LOSS, TRUE = 0.72, 1.62, 2.52, 3.04, 3.56  # heights of the rows
TOKEN = 0.42  # height of a token's box
WORDS = 12
TRUTH, MEMORY = COLORS["good"], shade(COLORS["memory"])
SOURCE = "este é o primeiro livro que eu fiz."
TARGET = ("this", "is", "the", "first", "book", "i", "'ve", "ever", "done", ".")


def draw_teacher_forcing(
    source: str = SOURCE,
    target: Sequence[str] = TARGET,
    predicted: Sequence[str] | None = None,
    losses: ArrayLike | None = None,
    *,
    ax: Axes | None = None,
) -> Axes:
    """Draw one training pair: a column per position, what the decoder reads below, what it is asked for on top.

    Both are the true output, on top one place further.

    Args:
        target: the tokens of the true output, without BOS and EOS.
        predicted: the most probable token at each position (EOS included); wrong ones are marked.
        losses: the loss at each position, in nats; the formula is written where it is None.

    Raises:
        CourseError: no target, or not one prediction and one loss per position.
    """
    if not len(target):
        raise CourseError("expected at least one target token, got none")
    labels = [*target, "EOS"]
    predicted = check_labels(predicted, len(labels), "predicted token") or labels
    losses = check_labels(_written(losses), len(labels), "loss") or ["−log p"] * len(labels)
    page = Page(9.9, 3.95, "Diagram of one training pair with teacher forcing, a column for each position", ax)
    decoder = page.box((LEFT + RIGHT) / 2, DECODER, RIGHT - LEFT - 0.06, 0.65, "Decoder", COLORS["decoder"])
    _draw_source(page, source, decoder)
    columns = Columns(page, len(labels), max([*labels, *predicted], key=len))
    columns.tokens(INPUT, ["BOS", *target], [GRAY] + [TRUTH] * len(target))
    columns.tokens(TRUE, labels, [TRUTH] * len(labels))
    colors = [GRAY if one == other else COLORS["bad"] for one, other in zip(predicted, labels, strict=True)]
    columns.tokens(PREDICTED, predicted, colors)
    columns.arrows(INPUT + TOKEN / 2, decoder.bottom[1])
    columns.arrows(decoder.top[1], PREDICTED - TOKEN / 2)
    columns.losses(losses)
    _name_rows(page)
    return page.ax


def _written(losses):
    return None if losses is None else [f"{loss:.2f}" for loss in to_numpy(losses)]


def _draw_source(page, source, decoder):
    encoder = page.box(0.85, DECODER, 1.2, 0.65, "Encoder", COLORS["encoder"])
    page.text(encoder.x, 0.66, textwrap.fill(source, 15), WORDS)
    page.text(encoder.x, 0.16, "one input", WORDS, weight="bold")
    page.arrow((encoder.x, 1.02), encoder.bottom)
    page.arrow(encoder.right, decoder.left, color=MEMORY)
    page.text((encoder.right[0] + decoder.left[0]) / 2, DECODER + 0.18, "memory", WORDS - 1, MEMORY)


def _name_rows(page):
    for y, words in ((PREDICTED, "predicted output\n(softmax)"), (LOSS, "loss"), (TRUE, "what is asked for")):
        page.text(LEFT - 0.15, y, words, WORDS, ha="right", weight="bold")
    below = "true output (teacher forcing), shifted right behind BOS"
    page.text((LEFT + RIGHT) / 2, 0.25, below, WORDS, weight="bold")


class Columns:
    """One column per position of the target, between `LEFT` and `RIGHT`."""

    def __init__(self, page: Page, count: int, longest: str):
        self.page, self.pitch = page, (RIGHT - LEFT) / count
        self.centers = [LEFT + self.pitch * (index + 0.5) for index in range(count)]
        self.size = min(WORDS, WORDS * 0.8 * self.pitch / text_width(longest, WORDS))

    def tokens(self, y: float, words: list[str], colors: list[str]) -> None:
        """Draw a row of boxes with `words` in them, each in its color."""
        for x, word, color in zip(self.centers, words, colors, strict=True):
            self.page.box(x, y, self.pitch - 0.08, TOKEN, word, color, self.size)

    def arrows(self, bottom: float, top: float) -> None:
        """Draw an arrow upwards in each column."""
        for x in self.centers:
            self.page.arrow((x, bottom), (x, top))

    def losses(self, words: list[str]) -> None:
        """Write the loss between the predicted and the true token it compares."""
        for x, word in zip(self.centers, words, strict=True):
            self.page.text(x, LOSS, word, self.size, shade(COLORS["bad"]))
