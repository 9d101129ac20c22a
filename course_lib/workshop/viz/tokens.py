"""A text as its tokens, each on a color that says a number: its loss, for example."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.font_manager import FontProperties
from matplotlib.patches import Rectangle
from matplotlib.textpath import text_to_path
from matplotlib.typing import ColorType
from numpy.typing import ArrayLike

from course_lib.errors import CourseError
from course_lib.workshop.viz.arrays import check_labels, to_numpy
from course_lib.workshop.viz.cells import readable_on
from course_lib.workshop.viz.style import FONT_SIZE, GRAY, MAX_WIDTH, MIST, SEQUENTIAL, new_axes

LINE = 0.42  # inches from one line to the next
GAP, PADDING = 0.04, 0.06  # inches between two tokens, and inside each beside its letters
ROOM = 1.2  # inches for the color bar


def show_tokens(
    tokens: Sequence[str], values: ArrayLike, *, limits: tuple[float, float] | None = None, label: str = "loss (nats)"
) -> Axes:
    """Draw `tokens` in lines like a text, each on the color of its value, and return the axes.

    There is no color bar where all values are the same: then the color is a mark.

    Args:
        tokens: pieces of text, such as those of `Tokenizer.tokens`.
        values: one number for each; where it is missing (nan), the token is gray.
        limits: the values of the lightest and the darkest color; default: 0 and the largest.
        label: what the values are, beside the color bar.

    Raises:
        CourseError: no tokens, or not one value for each.
    """
    values = to_numpy(values)
    if values.ndim != 1 or not values.size:
        raise CourseError(f"expected a value for each token in a list, got shape {values.shape}")
    tokens = check_labels(tokens, len(values), "token")
    boxes = place([inches(token) + 2 * PADDING for token in tokens], MAX_WIDTH - ROOM)
    height = LINE * max(3, 1 + boxes[-1][1])  # room for the color bar
    ax = new_axes(MAX_WIDTH, height + 0.2)
    there = values[~np.isnan(values)]
    limits = limits or (0, max(there, default=1))
    colors = ScalarMappable(Normalize(*limits), SEQUENTIAL)
    for token, value, (x, line, width) in zip(tokens, values, boxes, strict=True):
        draw_token(ax, token, (x, LINE * line), width, None if np.isnan(value) else colors.to_rgba(value))
    ax.set(xlim=(0, MAX_WIDTH - ROOM), ylim=(height, 0))
    ax.set_axis_off()
    if len(set(there)) == 1:
        ax.set_label(f"A text of which some tokens are marked: {label}")
        return ax
    ax.set_label(f"A text whose tokens are colored by their {label}{summary(tokens, values)}")
    ax.figure.colorbar(colors, ax=ax, label=label, fraction=0.025, aspect=max(4, 6 * height))
    return ax


def summary(tokens: Sequence[str], values: np.ndarray) -> str:
    """The mean of the values that are there, and the largest with its token."""
    if np.isnan(values).all():
        return ""
    largest = int(np.nanargmax(values))
    return f", {np.nanmean(values):.2f} on average, the largest {values[largest]:.2f} for “{tokens[largest]}”"


def inches(token: str) -> float:
    """The width of a token's letters."""
    font = FontProperties(size=FONT_SIZE)
    return text_to_path.get_text_width_height_descent(token, font, ismath=False)[0] / 72


def place(widths: list[float], room: float) -> list[tuple[float, int, float]]:
    """Where boxes of these widths stand when they are set in lines like words: (x, line, width) of each, in inches."""
    boxes, x, line = [], 0.0, 0
    for width in widths:
        if x and x + width > room:
            x, line = 0.0, line + 1
        boxes.append((x, line, width))
        x += width + GAP
    return boxes


def draw_token(ax: Axes, token: str, corner: tuple[float, float], width: float, color: ColorType | None) -> None:
    """One token in its box; without a color it is gray on gray."""
    x, y = corner
    ax.add_patch(Rectangle((x, y + 0.03), width, LINE - 0.06, facecolor=color or MIST))
    ink = GRAY if color is None else readable_on(color[:3])
    look = {"ha": "center", "va": "center_baseline", "size": FONT_SIZE, "parse_math": False}
    ax.text(x + width / 2, y + LINE / 2, token, color=ink, **look)
