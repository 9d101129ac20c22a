"""A sinusoidal positional encoding as a clock: two dimensions are one hand (slide "Encoder", positional encoding)."""

from collections.abc import Sequence

from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle
from numpy.typing import ArrayLike

from course_lib.errors import CourseError
from course_lib.workshop.viz.arrays import check_labels, with_axes
from course_lib.workshop.viz.style import COLORS, GRAY, MAX_WIDTH

DIAL = 1.4  # inches
EDGE = 1.12  # of a panel, where the dial has the radius 1


def draw_clocks(vectors: ArrayLike, positions: Sequence[int]) -> Figure:
    """Draw a dial for each vector (a column) and each of its hands (a row): the tip stands at its two numbers.

    Returns the figure. At the angle 0 a hand points up, and it turns as those of a clock do.
    Source: Vaswani et al. 2017, section 3.5.

    Raises:
        CourseError: not N x D, an odd D, or another number of positions than of vectors.
    """
    vectors = with_axes(vectors, "positions dimensions")
    if vectors.shape[1] % 2:
        raise CourseError(f"a hand takes two dimensions, got {vectors.shape[1]}")
    titles = check_labels([str(position) for position in positions], len(vectors), "position")
    rows, columns = vectors.shape[1] // 2, len(vectors)
    dial = min(DIAL, MAX_WIDTH / columns)
    figure, panels = plt.subplots(rows, columns, figsize=(columns * dial, rows * dial + 0.4), squeeze=False)
    figure.set_label(f"Positions as clocks: for each of {columns} positions a column of {rows} dials, whose hands turn")
    for column, (vector, title) in enumerate(zip(vectors, titles, strict=True)):
        panels[0, column].set_title(title)
        for row in range(rows):
            _draw_dial(panels[row, column], *vector[2 * row : 2 * row + 2])
    return figure


def _draw_dial(ax: Axes, x: float, y: float) -> None:
    ax.add_patch(Circle((0, 0), 1, fill=False, color=GRAY))
    ax.annotate("", (x, y), (0, 0), arrowprops={"arrowstyle": "->", "color": COLORS["query"], "lw": 2, "shrinkA": 0})
    ax.set(xlim=(-EDGE, EDGE), ylim=(-EDGE, EDGE), aspect="equal")
    ax.set_axis_off()
