"""The whole encoder-decoder, from the source sentence to the next token (slide "Translator (Encoder-Decoder)")."""

import textwrap

from matplotlib.axes import Axes

from course_lib.workshop.viz.blocks import Page
from course_lib.workshop.viz.style import COLORS, GRAY, shade

ENCODER, DECODER, MEMORY = COLORS["encoder"], COLORS["decoder"], shade(COLORS["memory"])
TOP, BOTTOM = 4.25, 1.6  # heights of the two rows
HEIGHT = 0.9  # of a box
WORDS = 12
SOURCE = "este é o primeiro livro que eu fiz."


def draw_translator(
    source: str = SOURCE, so_far: str = "BOS this is the first", token: str = "book", *, ax: Axes | None = None
) -> Axes:
    """Draw the encoder above the decoder, from left to right, numbered as on the slides "Encoder" and "Decoder".

    The token predicted after `so_far` comes back as input: generation is incremental.
    Source: slide "Translator (Encoder-Decoder)"; Vaswani et al. 2017, section 3.
    """
    page = Page(9.9, 5.75, "Diagram of encoder and decoder, from the source sentence to the next token", ax)
    page.frame(1.42, 3.3, 5.2, 5.7, "Encoder", ENCODER)
    page.frame(1.42, 0.65, 8.75, 3.05, "Decoder", DECODER)
    encoder = _draw_stack(page, TOP, source, "Input\nembedding", 4.2, "Encoder\nlayer", ENCODER)
    decoder = _draw_stack(page, BOTTOM, so_far, "Output\nembedding", 5.6, "Decoder\nlayer", DECODER)
    page.arrow(encoder.right, (decoder.x, TOP), decoder.top, color=MEMORY)
    page.text(decoder.x + 0.12, 3.35, "memory, for every layer", WORDS, MEMORY, ha="left")
    _draw_prediction(page, decoder, token)
    return page.ax


def _draw_stack(page, y, tokens, embedding, x, layer, color):
    """Draw a row: tokens, embedding, positions added to it, a pile of layers; return the front layer."""
    page.text(0.68, y, textwrap.fill(tokens, 11), WORDS)
    embed = page.box(2.13, y, 1.15, HEIGHT, embedding, GRAY, WORDS)
    plus = page.plus(3.15, y)
    layers = page.cards(x, y, 0.98, HEIGHT, layer, color, 4, WORDS)
    page.badge(2.52, y + 0.85, 2)
    page.text(plus.x, y + 0.85, "positions", WORDS)
    page.text(layers.x + 0.28, y - 0.7, "× N", WORDS, ha="left")
    page.arrow((1.2, y), embed.left)
    page.arrow(embed.right, plus.left)
    page.arrow((plus.x, y + 0.7), plus.top)
    page.arrow(plus.right, layers.left)
    for number, place in ((1, embed), (3, plus), (4, layers)):
        page.badge(place.x, y - 0.7, number)
    return layers


def _draw_prediction(page, decoder, token):
    """Draw the way from the decoder's layers to the next token and back to the input."""
    linear = page.box(7.15, BOTTOM, 0.8, HEIGHT, "Linear", GRAY, WORDS)
    softmax = page.box(8.18, BOTTOM, 0.88, HEIGHT, "Softmax", GRAY, WORDS)
    for number, place in ((5, linear), (6, softmax)):
        page.badge(place.x, BOTTOM - 0.7, number)
    page.arrow(decoder.right, linear.left)
    page.arrow(linear.right, softmax.left)
    page.arrow(softmax.right, (9.05, BOTTOM))
    page.text(9.45, BOTTOM, token, WORDS, weight="bold")
    page.arrow((9.45, BOTTOM - 0.2), (9.45, 0.3), (0.68, 0.3), (0.68, 0.95), color=GRAY, head=False, style=":")
    page.arrow((0.68, 0.95), (0.68, 1.05), color=GRAY)
    page.text(5.0, 0.12, "the new token joins the output so far", WORDS - 1, GRAY)
