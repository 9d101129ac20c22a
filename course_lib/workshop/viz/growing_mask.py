"""The causal mask growing with the output, one row per step (slide "Why masked multi-head attention")."""

from collections.abc import Sequence

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from course_lib.errors import CourseError
from course_lib.workshop.viz.cells import CELL, draw_cells, draw_grid, label_angle, label_edges, write_numbers
from course_lib.workshop.viz.style import MAX_WIDTH

BELOW = {"xycoords": "axes fraction", "textcoords": "offset points", "ha": "center", "va": "top", "weight": "bold"}
MOST_STEPS = 5  # more would be too small to read
OLD, NEW = 0.35, 0.8  # shades of 1 in the rows of earlier steps and in the new row


def draw_growing_mask(tokens: Sequence[str] = ("BOS", "this", "is", "the", "book")) -> Figure:
    """Draw one panel per generation step: the token before it adds a row and a column, the next token comes out.

    Returns the figure. Rows are queries, columns are keys; the new row is dark, what is not yet written empty.
    Source: slide "Decoder Layer", "Why masked multi-head attention in the decoder layer?".

    Raises:
        CourseError: fewer than 2 or more than 6 tokens.
    """
    count = len(tokens) - 1
    if not 1 <= count <= MOST_STEPS:
        raise CourseError(f"expected 2 to {MOST_STEPS + 1} tokens, got {len(tokens)}: {list(tokens)}")
    cell = min(CELL, (MAX_WIDTH / count - 0.7) / count)
    size = (count * (count * cell + 0.7), count * cell + 1.5)
    figure, panels = plt.subplots(1, count, figsize=size, squeeze=False, layout="compressed")
    figure.set_label("The causal mask grows by a row and a column with each token that is generated")
    for step, ax in enumerate(panels.flat, start=1):
        _draw_step(ax, tokens[:-1], step, cell)
        ax.set_title(f"step {step}")
        ax.set_label(" ".join(tokens[:step]))
        words = f"next: {tokens[step]}"
        ax.annotate(words, (0.5, 0), (0, -8), **BELOW)
    return figure


def _draw_step(ax, tokens, step, cell):
    positions = np.arange(len(tokens))
    written = np.maximum(positions[:, None], positions) < step
    allowed = positions[:, None] >= positions
    shades = np.where(allowed, np.where(positions[:, None] == step - 1, NEW, OLD), 0.0)
    image = draw_cells(ax, np.where(written, shades, np.nan), limits=(0, 1))
    draw_grid(ax, written.shape)
    write_numbers(ax, image, np.where(written, np.where(allowed, "1", "0"), ""))
    labels = [token if place < step else "" for place, token in enumerate(tokens)]
    label_edges(ax, labels, labels, angle=label_angle(tokens, cell))
