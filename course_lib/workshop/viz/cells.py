"""The parts of a heat map: colored cells, numbers in them, labels along the edges, the room they need."""

from collections.abc import Sequence

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.image import AxesImage
from matplotlib.typing import ColorType

from course_lib.workshop.viz.style import DIVERGING, FONT_SIZE, INK, MIST, SEQUENTIAL, new_axes

MOST_NUMBERED = 12  # rows and columns; the cells of larger matrices hold no numbers
LINES = "#D5D5D5"
CELL = 0.62  # inches
LETTER = 0.0088  # inches per letter and point of font size, in DejaVu Sans
ANCHORS = {0: {"ha": "center"}, 45: {"ha": "left"}, 90: {"ha": "left", "va": "center"}}  # by angle


def text_width(text: str, size: float = FONT_SIZE) -> float:
    """The inches that the longest line of `text` needs at `size` points, near enough for a layout."""
    return LETTER * size * max(len(line) for line in str(text).split("\n"))


def cell_size(shape: tuple[int, int]) -> float:
    """The side of one cell, in inches, of a matrix of this shape in a figure of its own."""
    return min(CELL, 6.5 / shape[0], 8.0 / shape[1])


def matrix_axes(
    shape: tuple[int, int], rows: Sequence[str] | None = None, columns: Sequence[str] | None = None
) -> Axes:
    """New axes with room for square cells of a matrix of this shape and for its labels."""
    cell = cell_size(shape)
    width = cell * shape[1] + max(map(text_width, rows or [""])) + 0.6
    height = cell * shape[0] + label_height(columns, cell) + 0.6
    return new_axes(width, height, layout="compressed")


def label_height(labels: Sequence[str] | None, cell: float) -> float:
    """The inches that column labels need above cells `cell` inches wide."""
    angle = np.radians(label_angle(labels, cell))
    return 0.3 + np.sin(angle) * max(map(text_width, labels or [""]))


def label_angle(labels: Sequence[str] | None, cell: float) -> int:
    """0, 45 or 90 degrees: the smallest turn at which labels over cells `cell` inches wide do not touch."""
    if max(map(text_width, labels or [""])) < 0.92 * cell:
        return 0
    return 45 if cell > 0.3 else 90


def draw_cells(
    ax: Axes,
    values: np.ndarray,
    limits: tuple[float, float] | None = None,
    aspect: str = "equal",
    colors: str | None = None,
) -> AxesImage:
    """Draw `values` as colored cells and return the image; a missing or infinite value is gray.

    `colors` is one of matplotlib's maps; by default the course's own, for signed values or for positive ones.
    """
    finite = np.ma.masked_invalid(values)
    largest = float(np.abs(finite).max()) if finite.count() else 0.0
    signed = finite.count() > 0 and finite.min() < 0
    low, high = limits or (-largest if signed else 0.0, largest or 1.0)
    cmap = colormaps[colors or (DIVERGING if low < 0 else SEQUENTIAL)].with_extremes(bad=MIST)
    image = ax.imshow(finite, cmap=cmap, vmin=low, vmax=high, aspect=aspect, interpolation="nearest")
    ax.spines[:].set(visible=True, color=LINES)
    return image


def draw_grid(ax: Axes, shape: tuple[int, int]) -> None:
    """Thin lines between the cells, as in a table."""
    ax.set_xticks(np.arange(shape[1] + 1) - 0.5, minor=True)
    ax.set_yticks(np.arange(shape[0] + 1) - 0.5, minor=True)
    ax.grid(which="minor", color=LINES, linewidth=1)
    ax.tick_params(which="both", length=0)


def write_numbers(ax: Axes, image: AxesImage, texts: np.ndarray) -> None:
    """Write `texts` (rows x columns) into the cells, dark on light colors and white on dark ones."""
    rows, columns = texts.shape
    box = ax.get_position()
    width, height = ax.figure.get_size_inches() * (box.width, box.height)
    cell = min(CELL, max(width / columns, height / rows))
    size = min(FONT_SIZE, 0.9 * cell / (LETTER * max(map(len, texts.flat))))
    backgrounds = image.to_rgba(image.get_array())
    for (row, column), text in np.ndenumerate(texts):
        color = readable_on(backgrounds[row, column])
        ax.text(column, row, text, ha="center", va="center", size=size, color=color)


def readable_on(background: ColorType) -> str:
    """White or ink, whichever stands out from `background` (ITU-R BT.601 brightness)."""
    return INK if np.dot(to_rgb(background), (0.299, 0.587, 0.114)) > 0.55 else "white"


def format_numbers(values: np.ndarray, digits: int) -> np.ndarray:
    """`values` as texts: whole numbers without decimals, a true minus sign, no negative zero."""
    finite = values[np.isfinite(values)]
    digits = 0 if np.array_equal(finite, np.round(finite)) else digits

    def text(value):
        written = f"{value:.{digits}f}".replace("inf", "∞").replace("nan", "")
        return written.lstrip("-") if float(f"{value:.{digits}f}" or 0) == 0 else written.replace("-", "−")

    return np.vectorize(text, otypes=[object])(values)


def label_edges(
    ax: Axes, rows: Sequence[str] | None = None, columns: Sequence[str] | None = None, angle: int = 0
) -> None:
    """Put the row labels to the left and the column labels above, where the header of a table is."""
    ax.xaxis.set_ticks_position("top")
    ax.xaxis.set_label_position("top")
    ax.set_yticks(range(len(rows or [])), rows or [])
    ax.set_xticks(range(len(columns or [])), columns or [])
    ax.tick_params(length=0)
    ax.xaxis.labelpad = 8
    for label in ax.get_xticklabels():
        label.set(rotation=angle, rotation_mode="anchor", **ANCHORS[angle])
    for label in [*ax.get_xticklabels(), *ax.get_yticklabels()]:
        label.set_parse_math(False)  # a token may well be a dollar sign
