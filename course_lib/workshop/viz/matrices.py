"""Matrices as heat maps: numbers in the cells of small ones, tokens along the edges of masks and weights."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from course_lib.errors import CourseError
from course_lib.workshop.viz.arrays import check_labels, with_axes
from course_lib.workshop.viz.cells import (
    CELL,
    MOST_NUMBERED,
    cell_size,
    draw_cells,
    draw_grid,
    format_numbers,
    label_angle,
    label_edges,
    label_height,
    matrix_axes,
    text_width,
    write_numbers,
)
from course_lib.workshop.viz.style import new_axes


def show_matrix(
    matrix: ArrayLike,
    rows: Sequence[str] | None = None,
    columns: Sequence[str] | None = None,
    *,
    limits: tuple[float, float] | None = None,
    digits: int = 2,
    colors: str | None = None,
    ax: Axes | None = None,
    **settings: object,
) -> Axes:
    """Draw `matrix` (rows x columns) as a heat map and return its axes.

    Up to 12 x 12, the numbers stand in the cells; above, a color bar explains the colors. A matrix with
    negative numbers gets a diverging map around zero. `-inf`, as in masked scores, is gray.

    Args:
        rows, columns: one label per row and per column, for example the tokens.
        limits: (lowest, highest) value of the colors; from the matrix if None.
        digits: decimals of the numbers; whole numbers are written without any.
        colors: the name of one of matplotlib's maps, where the course's own would mislead.
        settings: handed to `ax.set`, for example `title="Weights", xlabel="keys", ylabel="queries"`.

    Raises:
        CourseError: not a matrix, or another number of labels than of rows or columns.
    """
    values = with_axes(matrix, "rows columns")
    rows, columns = check_labels(rows, len(values), "row"), check_labels(columns, values.shape[1], "column")
    table = max(values.shape) <= MOST_NUMBERED or rows or columns
    ax = ax or (matrix_axes(values.shape, rows, columns) if table else new_axes())
    image = draw_cells(ax, values, limits, "equal" if table else "auto", colors)
    if table:
        label_edges(ax, rows, columns, angle=label_angle(columns, cell_size(values.shape)))
    if max(values.shape) <= MOST_NUMBERED:
        draw_grid(ax, values.shape)
        write_numbers(ax, image, format_numbers(values, digits))
    else:
        ax.figure.colorbar(image, ax=ax, fraction=0.05, pad=0.02)
    ax.set(**settings)
    return ax


def show_matrices(
    matrices: Mapping[str, ArrayLike],
    rows: Sequence[str] | None = None,
    columns: Sequence[str] | Sequence[Sequence[str]] | None = None,
    *,
    limits: tuple[float, float] | None = None,
    digits: int = 2,
    colors: str | None = None,
) -> Figure:
    """Draw `{title: matrix}` side by side, with as many rows each, and return the figure; the rows are named once.

    Args:
        columns: one label per column of each, or such a list for each matrix.

    The others as in `show_matrix`.

    Raises:
        CourseError: no matrix, or as `show_matrix`.
    """
    if not matrices:
        raise CourseError("expected at least one matrix, got none")
    values = [with_axes(matrix, "rows columns") for matrix in matrices.values()]
    widths = [matrix.shape[1] for matrix in values]
    each = columns if columns and not isinstance(columns[0], str) else [columns] * len(values)
    look = {"limits": limits, "digits": digits, "colors": colors}
    cell = min(CELL, 8.0 / sum(widths))
    left, top = max(map(text_width, rows or [""])) + 0.5, max(label_height(names, cell) for names in each) + 0.4
    size = left + cell * sum(widths) + 0.4 * len(values), top + cell * len(values[0])
    figure, panels = plt.subplots(1, len(values), figsize=size, width_ratios=widths, squeeze=False, layout="compressed")
    for index, (ax, title, matrix, names) in enumerate(zip(panels.flat, matrices, values, each, strict=True)):
        show_matrix(matrix, rows if index == 0 else None, names, ax=ax, title=title, **look)
    return figure


def show_mask(
    mask: ArrayLike,
    rows: Sequence[str] | None = None,
    columns: Sequence[str] | None = None,
    *,
    ax: Axes | None = None,
    **settings: object,
) -> Axes:
    """Draw a mask (T S; axes of size 1 may precede) as a table of 1 (may attend) and 0, and return its axes.

    The layout is that of the slide "Sliding Window Attention": one row per query, one column per key.

    Raises:
        CourseError: not one T x S mask, or another number of labels than of rows or columns.
    """
    allowed = with_axes(mask, "T S") != 0
    rows, columns = check_labels(rows, len(allowed), "row"), check_labels(columns, allowed.shape[1], "column")
    ax = ax or matrix_axes(allowed.shape, rows, columns)
    image = draw_cells(ax, allowed.astype(float), limits=(0, 1.5))
    label_edges(ax, rows, columns, angle=label_angle(columns, cell_size(allowed.shape)))
    draw_grid(ax, allowed.shape)
    if max(allowed.shape) <= 2 * MOST_NUMBERED:
        write_numbers(ax, image, np.where(allowed, "1", "0"))
    ax.set(**settings)
    return ax
