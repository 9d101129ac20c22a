"""How a language model gets to see (slide "Multimodal Vision Language Models", figure 1: LLaVA-1.5)."""

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from course_lib.workshop.viz.blocks import Page
from course_lib.workshop.viz.style import COLORS, GRAY, shade

WORDS = 12
SLOT, GAP = 0.2, 0.04  # inches: a token in the row that the language model reads, and the space between two
ROW = 2.55  # height of that row
START = 3.2  # of the row, from the left


def draw_vlm(
    picture: ArrayLike, question: str, answer: str, *, visual: int = 16, words: int = 7, ax: Axes | None = None
) -> Axes:
    """Draw the way of a picture and a question to an answer, with the four steps of the slide numbered.

    Args:
        picture: an array of pixels, Y X 3.
        question, answer: texts; the row of tokens shows how they go on, not each token.
        visual, words: how many tokens are drawn for the picture and for the question.
    """
    page = Page(9.9, 4.9, "Diagram of the way of a picture and a question through a vision-language model", ax)
    tower_color, bridge, llm = COLORS["encoder"], COLORS["feed_forward"], COLORS["decoder"]
    limits = page.ax.get_xlim(), page.ax.get_ylim()
    page.ax.imshow(np.asarray(picture), extent=(0.25, 1.75, 0.35, 1.85))
    page.ax.set(xlim=limits[0], ylim=limits[1])
    tower = page.box(2.85, 1.1, 1.5, 0.8, "vision\nencoder", tower_color, WORDS)
    connector = page.box(4.85, 1.1, 1.5, 0.8, "connector", bridge, WORDS)
    page.arrow((1.8, 1.1), tower.left)
    page.arrow(tower.right, connector.left)
    tokens = row(page, START, visual, bridge)
    page.arrow(connector.top, (connector.x, 2.1), (tokens[visual // 2], 2.1), (tokens[visual // 2], ROW - 0.2))
    texts = row(page, tokens[-1] + SLOT + 3 * GAP, words, GRAY)
    middle = texts[words // 2]
    page.text(middle, 0.5, question, WORDS, GRAY)
    embedding = page.box(middle, 1.5, 1.7, 0.7, "tokenizer and\nembedding", GRAY, WORDS)
    page.arrow((middle, 0.9), embedding.bottom, color=GRAY)
    page.arrow(embedding.top, (middle, ROW - 0.2), color=GRAY)
    model = page.box((tokens[0] + texts[-1]) / 2, 3.5, texts[-1] - tokens[0] + 1.0, 0.7, "language model", llm)
    for x, color in [(tokens[visual // 2], bridge), (middle, GRAY)]:
        page.arrow((x, ROW + 0.2), (x, model.bottom[1]), color=shade(color, 0.8))
    page.arrow(model.top, (model.x, 4.25))
    page.text(model.x, 4.45, answer, WORDS + 1, weight="bold")
    for number, (x, y) in enumerate([(2.1, 1.62), (4.1, 1.62), (START - 0.45, ROW), (model.x - 2.5, 4.1)], start=1):
        page.badge(x, y, number)
    page.text(START - 0.7, ROW, "tokens", WORDS, GRAY, ha="right")
    return page.ax


def row(page: Page, left: float, count: int, color: str) -> list[float]:
    """Draw `count` tokens side by side and return the middle of each."""
    middles = [left + (SLOT + GAP) * i + SLOT / 2 for i in range(count)]
    for x in middles:
        page.box(x, ROW, SLOT, 0.36, "", color, strength=0.5)
    return middles
