"""The attention weights of several heads, side by side and on one scale."""

from collections.abc import Sequence

from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from course_lib.workshop.viz.arrays import check_labels, with_axes
from course_lib.workshop.viz.cells import CELL, draw_cells, label_angle, label_edges, label_height, text_width
from course_lib.workshop.viz.style import MAX_WIDTH

SMALLEST_CELL = 0.16  # inches: narrower, and turned labels would touch
MOST_ACROSS = 4
SPACE, BAR = 0.6, 1.0  # between panels, in cells; for the color bar, in inches


def show_heads(
    weights: ArrayLike,
    rows: Sequence[str] | None = None,
    columns: Sequence[str] | None = None,
    *,
    titles: Sequence[str] | None = None,
) -> Figure:
    """Draw the attention weights (H T S) of several heads side by side, on one scale from 0 to 1.

    Returns the figure; the tokens stand along its outer edges only.

    Raises:
        CourseError: not H x T x S, or another number of labels than of rows, columns or heads.
    """
    heads = with_axes(weights, "H T S")
    count, height, width = heads.shape
    rows, columns = check_labels(rows, height, "row"), check_labels(columns, width, "column")
    titles = check_labels(titles, count, "head") or [f"head {head}" for head in range(count)]
    figure, panels, angle = _panels(heads.shape, rows, columns)
    figure.set_label(f"Attention weights of {', '.join(titles)}")
    for ax in panels.flat[count:]:
        ax.set_axis_off()
    for ax, head, title in zip(panels.flat, heads, titles, strict=False):
        image = draw_cells(ax, head, limits=(0, 1))
        place = ax.get_subplotspec()
        label_edges(ax, rows if place.is_first_col() else None, columns if place.is_first_row() else None, angle)
        ax.text(0.5, -0.04, title, transform=ax.transAxes, ha="center", va="top")
    figure.colorbar(image, ax=panels, shrink=0.8, pad=0.02, label="weight")
    return figure


def _panels(shape, rows, columns):
    """A figure with a grid of axes for the heads, as large as the page allows, and the turn of its column labels."""
    count, height, width = shape
    left = max(map(text_width, rows or [""])) + 0.3
    room = MAX_WIDTH - left - BAR
    down = -(-count // max(1, min(count, MOST_ACROSS, int(room / (SMALLEST_CELL * (width + SPACE))))))
    across = -(-count // down)
    cell = min(CELL, room / across / (width + SPACE))
    size = (
        left + across * cell * (width + SPACE) + BAR,
        label_height(columns, cell) + 0.3 + down * (cell * height + 0.5),
    )
    figure, panels = plt.subplots(down, across, figsize=size, squeeze=False, layout="compressed")
    return figure, panels, label_angle(columns, cell)
