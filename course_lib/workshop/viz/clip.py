"""Two towers and the table between them (slide "Contrastive Language-Image Pre-Training"; Radford et al., figure 1)."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from course_lib.errors import CourseError
from course_lib.workshop.viz.blocks import Page
from course_lib.workshop.viz.style import COLORS, GRAY

WORDS = 12
MOST = 3  # pictures, and captions
SIDE, GAP = 0.78, 0.12  # inches: of a picture, and between two
WIDTH = 1.1  # of a cell
LEFT = 6.15  # the middle of the first column of the table


def draw_clip(
    pictures: Sequence[ArrayLike], captions: Sequence[str], right: Sequence[int], *, ax: Axes | None = None
) -> Axes:
    """Draw how pictures and captions meet: each goes through its encoder, and a table compares all with all.

    Args:
        pictures: one to three arrays of pixels, Y X 3.
        captions: one to three texts.
        right: for each picture the number of the caption, from 0, whose cell is marked.

    Raises:
        CourseError: other numbers of them.
    """
    if not (1 <= len(pictures) == len(right) <= MOST and 1 <= len(captions) <= MOST):
        raise CourseError(
            f"expected one to {MOST} pictures and captions, and for each picture its caption; got {len(pictures)} "
            f"pictures, {len(captions)} captions and {len(right)} numbers"
        )
    pitch = SIDE + GAP
    says = "Diagram of two encoders, and of the table of all pictures with all captions"
    page = Page(9.9, 1.95 + pitch * len(pictures), says, ax)
    limits = page.ax.get_xlim(), page.ax.get_ylim()
    rows = [0.55 + pitch * i for i in reversed(range(len(pictures)))]
    columns, above = [LEFT + (WIDTH + GAP) * j for j in range(len(captions))], rows[0] + pitch
    said = page.box(1.6, above + 0.75, 2.9, 1.1, "\n".join(captions), GRAY, WORDS)
    texts = page.box(4.3, said.y, 1.5, 0.8, "text\nencoder", COLORS["decoder"], WORDS)
    height = rows[0] - rows[-1] + SIDE
    seer = page.box(2.55, sum(rows) / len(rows), 1.5, height, "image\nencoder", COLORS["encoder"], WORDS)
    page.arrow(said.right, texts.left)
    for j, x in enumerate(columns, start=1):
        vector = page.box(x, above, WIDTH, SIDE - 0.3, f"T{j}", COLORS["decoder"], WORDS, strength=0.5)
        page.arrow(texts.right, (x, texts.y), vector.top)
    for i, (picture, y, own) in enumerate(zip(pictures, rows, right, strict=True), start=1):
        page.ax.imshow(np.asarray(picture), extent=(0.55, 0.55 + SIDE, y - SIDE / 2, y + SIDE / 2))
        vector = page.box(LEFT - WIDTH - GAP, y, WIDTH, SIDE - 0.3, f"I{i}", COLORS["encoder"], WORDS, strength=0.5)
        page.arrow((0.6 + SIDE, y), (seer.left[0], y))
        page.arrow((seer.right[0], y), vector.left)
        for j, x in enumerate(columns):
            color, strength = (COLORS["good"], 0.5) if j == own else (GRAY, 0.1)
            page.box(x, y, WIDTH, SIDE, f"I{i} · T{j + 1}", color, WORDS, strength)
    page.ax.set(xlim=limits[0], ylim=limits[1])
    return page.ax
