"""A query and a key whose pairs are turned by their positions, as arrows (slide "Rotary Position Embedding (RoPE)")."""

from collections.abc import Sequence

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from matplotlib.patches import Circle

from course_lib.errors import CourseError
from course_lib.workshop.viz.arrays import with_axes
from course_lib.workshop.viz.style import COLORS, INK, MAX_WIDTH, MIST, shade

PANEL = 2.35  # inches
ROOM = 1.5  # half the width of a panel; the circle has the radius 1
WIDTHS = {"key": 0.05, "query": 0.018}  # the key is drawn first and wider: where the two coincide, both are seen


def draw_turning_pairs(
    query: Sequence[float], key: Sequence[float], degrees: Sequence[float], positions: Sequence[tuple[int, int]]
) -> Figure:
    """Draw a row for each pair of numbers, and a panel for each (position of the query, position of the key).

    Each arrow is turned by the pair's `degrees` times its position; below it is the angle from the key to the query.
    Returns the figure.

    Raises:
        CourseError: not two numbers for each of the `degrees`; no positions.
    """
    arrows = {"key": with_axes(key, "numbers"), "query": with_axes(query, "numbers")}
    if not len(positions) or any(len(numbers) != 2 * len(degrees) for numbers in arrows.values()):
        counts = ", ".join(f"a {name} of {len(numbers)}" for name, numbers in arrows.items())
        raise CourseError(f"expected positions, and two numbers for each of {len(degrees)} angles; got {counts}")
    size = min(PANEL * len(positions), MAX_WIDTH), PANEL * len(degrees) + 0.4
    figure, panels = plt.subplots(len(degrees), len(positions), figsize=size, squeeze=False)
    told = []
    for pair, (row, angle) in enumerate(zip(panels, degrees, strict=True)):
        row[0].set_ylabel(f"pair {pair}: {angle}°\nfor a position")
        pairs = {name: numbers[2 * pair : 2 * pair + 2] for name, numbers in arrows.items()}
        places = [dict(zip(("query", "key"), both, strict=True)) for both in positions]
        between = [_draw_pair(ax, pairs, angle, place) for ax, place in zip(row, places, strict=True)]
        told.append(f"pair {pair}: {', '.join(between)}")
    for ax, (m, n) in zip(panels[0], positions, strict=True):
        ax.set_title(f"query at {m}, key at {n}", fontsize="small")
    figure.set_label(
        f"A query and a key as arrows, turned by their positions. Angles from key to query: {'; '.join(told)}"
    )
    return figure


def _draw_pair(ax, pairs, degrees, places):
    """Draw the arrows, and return the angle from the key to the query, as it is written below them."""
    ax.add_patch(Circle((0, 0), 1, facecolor="none", edgecolor=MIST, linewidth=2))
    angles = {}
    for name, (x, y) in pairs.items():
        angles[name] = np.degrees(np.arctan2(y, x)) + degrees * places[name]
        length, turned = np.hypot(x, y), np.radians(angles[name])
        end = length * np.cos(turned), length * np.sin(turned)
        look = {"width": WIDTHS[name], "color": COLORS[name], "length_includes_head": True}
        ax.arrow(0, 0, *end, head_width=3.5 * WIDTHS[name] + 0.05, zorder=3 if name == "query" else 2, **look)
    _name_arrows(ax, angles)
    between = _signed(angles["query"] - angles["key"])
    ax.set_xlabel(f"k to q: {between}", color=INK)
    ax.set(xlim=(-ROOM, ROOM), ylim=(-ROOM, ROOM), aspect="equal", xticks=[], yticks=[])
    ax.spines[:].set_visible(False)
    return between


def _signed(degrees):
    """An angle of −180 to 180 degrees; no turn and half a turn are the same in both directions, and have no sign."""
    angle = 180 - (180 - round(degrees)) % 360
    return f"{angle:+}°".replace("-", "−") if angle % 180 else f"{angle}°"


def _name_arrows(ax, angles):
    """A letter at the tip of each arrow; where they coincide, the query's stands to the left of the key's."""
    same = abs((angles["query"] - angles["key"] + 180) % 360 - 180) < 1
    for name, angle in angles.items():
        radius = 1.35 if same else 1.24
        place = radius * np.cos(np.radians(angle)), radius * np.sin(np.radians(angle))
        aside = {"query": -8, "key": 8}[name] if same else 0
        look = {"color": shade(COLORS[name]), "weight": "bold", "ha": "center", "va": "center"}
        ax.annotate(name[0], place, (aside, 0), textcoords="offset points", **look)
