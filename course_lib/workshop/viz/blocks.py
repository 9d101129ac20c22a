"""A small kit for box-and-arrow drawings: a page measured in inches, boxes, numbered steps, arrows with corners."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch
from matplotlib.path import Path

from course_lib.workshop.viz.style import FONT_SIZE, GRAY, INK, shade, tint

CORNER = 0.1  # inches
EDGE = 1.8  # points
PLUS_RADIUS, BADGE_RADIUS = 0.19, 0.17
LINE, MIDDLE = 1.3, 0.36  # from line to line, and from a baseline to the middle of letters, in font sizes

Point = tuple[float, float]  # x and y on the page, in inches


@dataclass(frozen=True)
class Box:
    """A place on the page: its center and size in inches, and the four points where arrows meet it."""

    x: float
    y: float
    width: float
    height: float

    @property
    def left(self) -> Point:
        return self.x - self.width / 2, self.y

    @property
    def right(self) -> Point:
        return self.x + self.width / 2, self.y

    @property
    def top(self) -> Point:
        return self.x, self.y + self.height / 2

    @property
    def bottom(self) -> Point:
        return self.x, self.y - self.height / 2


class Page:
    """Empty axes of `width` x `height` inches; in an `ax` of another width, everything is scaled to fit.

    `says` tells in one sentence what is drawn, for those who can't see it.
    """

    def __init__(self, width: float, height: float, says: str, ax: Axes | None = None):
        ax = ax or plt.figure(figsize=(width, height), layout="none").add_axes((0, 0, 1, 1))
        ax.set(xlim=(0, width), ylim=(0, height), aspect="equal")
        ax.set_axis_off()
        ax.set_label(says)
        ax.figure.draw_without_rendering()  # only the finished layout tells how much room the axes have
        self.ax, self.scale = ax, min(1.0, ax.bbox.width / ax.figure.dpi / width)

    def text(self, x: float, y: float, words: str, size: float = FONT_SIZE, color: str = INK, **look: object) -> None:
        """Write the lines of `words` around (x, y), all at one distance whatever letters they hold."""
        lines = words.split("\n")
        look = {
            "ha": "center",
            "va": "baseline",
            "color": color,
            "size": size * self.scale,
            "zorder": 4,
            "parse_math": False,
        } | look
        for index, line in enumerate(lines):
            above = (len(lines) - 1) / 2 - index
            self.ax.text(x, y + (LINE * above - MIDDLE) * size / 72, line, **look)

    def box(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        words: str = "",
        color: str = GRAY,
        size: float = FONT_SIZE,
        strength: float = 0.25,
    ) -> Box:
        """Draw a rounded box around (x, y) with `words` in it and return its place."""
        place = Box(x, y, width, height)
        self._outline(place, tint(color, strength), shade(color, 0.85), zorder=2)
        if words:
            self.text(x, y, words, size)
        return place

    def cards(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        words: str,
        color: str,
        count: int,
        size: float = FONT_SIZE,
        step: float = 0.09,
    ) -> Box:
        """Draw a box in front of a pile of `count` - 1 more, for layers or heads that work side by side."""
        for behind in reversed(range(1, min(count, 4))):
            place = Box(x + step * behind, y + step * behind, width, height)
            self._outline(place, tint(color, 0.12), shade(color, 0.85), zorder=2 - 0.1 * behind)
        return self.box(x, y, width, height, words, color, size)

    def frame(self, left: float, bottom: float, right: float, top: float, words: str = "", color: str = GRAY) -> Box:
        """Draw a faint box behind everything else, with `words` inside its upper left corner."""
        place = Box((left + right) / 2, (bottom + top) / 2, right - left, top - bottom)
        self._outline(place, tint(color, 0.08), tint(color, 0.6), zorder=0)
        if words:
            self.text(left + 0.15, top - 0.25, words, color=shade(color, 0.6), ha="left", weight="bold")
        return place

    def plus(self, x: float, y: float) -> Box:
        """Draw an addition, a circle with a plus sign, and return its place."""
        self.ax.add_patch(Circle((x, y), PLUS_RADIUS, facecolor="white", edgecolor=INK, lw=EDGE, zorder=2))
        half = 0.55 * PLUS_RADIUS
        self.ax.plot([x - half, x + half], [y, y], color=INK, lw=EDGE, zorder=3)
        self.ax.plot([x, x], [y - half, y + half], color=INK, lw=EDGE, zorder=3)
        return Box(x, y, 2 * PLUS_RADIUS, 2 * PLUS_RADIUS)

    def badge(self, x: float, y: float, number: int | str) -> None:
        """Draw the number or letter of a step in a dark disc."""
        self.ax.add_patch(Circle((x, y), BADGE_RADIUS, facecolor=INK, edgecolor="none", zorder=2))
        self.text(x, y, str(number), size=FONT_SIZE - 2, color="white", weight="bold")

    def arrow(self, *points: Point, color: str = INK, head: bool = True, style: str = "-") -> None:
        """Draw an arrow along `points`, with rounded corners."""
        shape = "-|>,head_length=5,head_width=3" if head else "-"
        look = {"arrowstyle": shape, "color": color, "lw": EDGE, "linestyle": style, "joinstyle": "miter"}
        path = rounded_path(points)
        self.ax.add_patch(FancyArrowPatch(path=path, shrinkA=0, shrinkB=0, capstyle="butt", zorder=3, **look))

    def _outline(self, place, face, edge, zorder):
        corner = (place.x - place.width / 2, place.y - place.height / 2)
        shape = f"round,pad=0,rounding_size={CORNER}"
        look = {"facecolor": face, "edgecolor": edge, "lw": EDGE, "zorder": zorder}
        self.ax.add_patch(FancyBboxPatch(corner, place.width, place.height, boxstyle=shape, **look))


def rounded_path(points: Sequence[Point], radius: float = CORNER) -> Path:
    """The path through `points` whose corners are rounded."""
    points = np.asarray(points, dtype=float)
    vertices, codes = [points[0]], [Path.MOVETO]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        vertices += [_toward(corner, before, radius), corner, _toward(corner, after, radius)]
        codes += [Path.LINETO, Path.CURVE3, Path.CURVE3]
    return Path([*vertices, points[-1]], [*codes, Path.LINETO])


def _toward(start, end, distance):
    return start + (end - start) * distance / np.linalg.norm(end - start)
