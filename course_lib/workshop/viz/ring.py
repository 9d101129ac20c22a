"""A ring of animals, each of which chases the next: what one of them knows, and what it would have to find out."""

import math
from collections.abc import Sequence

from matplotlib.axes import Axes

from course_lib.workshop.viz.blocks import Page
from course_lib.workshop.viz.style import COLORS, GRAY

WORDS = 13  # points
BOX = 2.05, 0.6  # inches


def draw_ring(names: Sequence[str], *, ax: Axes | None = None) -> Axes:
    """Draw a token "name, whom it chases" for each of `names`, clockwise, with how far it is ahead of the first.

    The first, on top, asks; the tokens that share a name with it are colored.
    """
    page = Page(8.0, 4.3, "Ring of tokens, clockwise; each names an animal and the one that it chases", ax)
    tokens = [(name, names[(ahead + 1) % len(names)]) for ahead, name in enumerate(names)]
    for ahead, token in enumerate(tokens):
        angle = math.pi / 2 - 2 * math.pi * ahead / len(names)
        x, y = 4.0 + 2.75 * math.cos(angle), 2.3 + 1.6 * math.sin(angle)
        known = COLORS["key"] if set(token) & set(tokens[0]) else GRAY
        page.box(x, y, *BOX, f"{token[0]} → {token[1]}", COLORS["query"] if ahead == 0 else known, WORDS)
        page.text(x, y - 0.48, "asks" if ahead == 0 else f"{ahead} ahead", WORDS - 1, GRAY)
    return page.ax
