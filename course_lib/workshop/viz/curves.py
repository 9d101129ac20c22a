"""Curves and bars for training, sweeps and measurements; each line is named at its end, not in a legend."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from course_lib.errors import CourseError
from course_lib.workshop.viz.arrays import check_labels, to_numpy
from course_lib.workshop.viz.style import CYCLE, FONT_SIZE, GRAY, new_axes, shade, tint

BACKING = {"facecolor": "white", "alpha": 0.8, "edgecolor": "none", "pad": 1}  # keeps words readable over lines
LINE = 1.25 * FONT_SIZE  # points from one label to the next


def show_curves(
    curves: Mapping[str, ArrayLike | tuple[ArrayLike, ArrayLike]], *, ax: Axes | None = None, **settings: object
) -> Axes:
    """Draw `{label: y}` or `{label: (x, y)}` as lines with their labels at the end, and return the axes.

    A `y` with two axes (seeds x steps) is drawn as its mean in a band from the lowest to the highest seed.

    Args:
        settings: handed to `ax.set`, for example `xlabel="step", ylabel="loss", yscale="log"`.

    Raises:
        CourseError: no curve, or a curve whose x and y have different lengths.
    """
    if not curves:
        raise CourseError("expected at least one curve, got none")
    ax = ax or new_axes()
    ends = []
    for (label, curve), color in zip(curves.items(), _cycle(len(curves)), strict=True):
        x, runs = _points(label, curve)
        mean = runs.mean(axis=0)
        ax.plot(x, mean, color=color, label=label)
        if len(runs) > 1:
            ax.fill_between(x, runs.min(axis=0), runs.max(axis=0), color=color, alpha=0.2, linewidth=0)
        ends.append((label, x[-1], mean[-1], color))
    ax.grid(axis="y")
    ax.set(**settings)
    _label_ends(ax, ends)
    return ax


def show_bars(
    bars: Mapping[str, ArrayLike],
    *,
    digits: int = 1,
    colors: Sequence[str] = (),
    ax: Axes | None = None,
    **settings: object,
) -> Axes:
    """Draw `{label: value}` as horizontal bars with their numbers, the first on top, and return the axes.

    A list of values (one per seed) is drawn as a bar to their mean, with a dot for each.

    Args:
        colors: one for each bar; a single one is that of all. Default: each has its own.
        settings: handed to `ax.set`, for example `xlabel="exact (%)", xlim=(0, 100)`.

    Raises:
        CourseError: no bar, or another number of colors than of bars.
    """
    if not bars:
        raise CourseError("expected at least one bar, got none")
    colors = colors or _cycle(len(bars))
    colors = colors * len(bars) if len(colors) == 1 else check_labels(colors, len(bars), "bar")
    ax = ax or new_axes(8.0, 0.8 + 0.55 * len(bars))
    for place, (value, color) in enumerate(zip(bars.values(), colors, strict=True)):
        values = np.atleast_1d(to_numpy(value))
        ax.barh(place, values.mean(), color=tint(color, 0.75), height=0.65)
        if len(values) > 1:
            ax.plot(values, np.full(len(values), place), "o", color=shade(color), markersize=6)
        number, end = f"{values.mean():z.{digits}f}", (values.max(), place)
        ax.annotate(number, end, (7, 0), textcoords="offset points", va="center")
    ax.set_yticks(range(len(bars)), list(bars))
    ax.invert_yaxis()
    ax.margins(x=0.12)
    ax.tick_params(axis="y", length=0)
    ax.set(**settings)
    return ax


def show_reference(ax: Axes, value: float, text: str) -> Axes:
    """Add a dashed line at the height `value`, with `text` above its left end: a bound, a baseline."""
    ax.axhline(value, color=GRAY, linestyle="--", linewidth=1.5)
    place = {"xycoords": ("axes fraction", "data"), "textcoords": "offset points"}
    ax.annotate(text, (0.01, value), (0, 4), color=GRAY, bbox=BACKING, **place)
    return ax


def _cycle(count):
    return [CYCLE[index % len(CYCLE)] for index in range(count)]


def _points(label, curve):
    """x (steps) and y (seeds x steps) of one curve."""
    x, y = curve if isinstance(curve, tuple) else (None, curve)
    runs = np.atleast_2d(to_numpy(y))
    x = np.arange(runs.shape[1]) if x is None else to_numpy(x)
    if x.shape != runs.shape[1:] or not x.size:
        raise CourseError(f"curve {label!r}: expected one y per x, got {x.size} x and {runs.shape[1]} y")
    return x, runs


def _label_ends(ax, ends):
    """Write each label beside the last point of its line, moved up or down where labels would touch."""
    ax.autoscale_view()  # matplotlib puts this off, and the heights below need it
    to_axes = ax.transData - ax.transAxes
    points = 72 * ax.figure.get_size_inches()[1] * ax.get_position().height
    heights = [points * to_axes.transform((x, y))[1] for _, x, y, _ in ends]
    for (label, x, y, color), old, new in zip(ends, heights, spread(heights, LINE, LINE / 2), strict=True):
        look = {"color": shade(color), "weight": "bold", "va": "center", "bbox": BACKING}
        ax.annotate(label, (x, y), (8, new - old), textcoords="offset points", **look)


def spread(heights: Sequence[float] | np.ndarray, gap: float, lowest: float = 0.0) -> np.ndarray:
    """The nearest heights, in the same order, that are at least `gap` apart and at least `lowest`.

    Nearest by least squares: heights minus their due steps must not fall, and averaging the neighbors that do
    makes them level (the "pool adjacent violators" algorithm).
    """
    order, steps = np.argsort(heights, kind="stable"), gap * np.arange(len(heights))
    pools = []
    for height in np.asarray(heights)[order] - steps:
        pools.append([height])
        while len(pools) > 1 and np.mean(pools[-2]) > np.mean(pools[-1]):
            pools[-2:] = [pools[-2] + pools[-1]]
    levels = np.repeat([np.mean(pool) for pool in pools], [len(pool) for pool in pools])
    placed = np.empty(len(heights))
    placed[order] = np.maximum(levels, lowest) + steps
    return placed
