"""What a figure says of itself is what was drawn: its kind, its names, its numbers."""

import numpy as np
import pytest
import torch
from IPython.core.formatters import DisplayFormatter
from matplotlib import pyplot as plt

from course_lib.workshop import viz
from course_lib.workshop.viz.alt_text import MOST, alt_text
from course_lib.workshop.viz.png import use_compact_png
from tests.workshop.viz.test_diagrams import DIAGRAMS

ROWS, COLUMNS = ["the", "red", "book"], ["o", "livro", "é", "azul", "."]
WEIGHTS = np.array([[0.5, 0.2, 0.1, 0.1, 0.1], [0.0, 0.12, 0.03, 0.85, 0.0], [0.04, 0.91, 0.0, 0.05, 0.0]])


def upright_bars():
    ax = plt.figure().add_subplot(ylabel="probability")
    ax.bar(["dog", "cat"], [0.75, 0.25])
    return ax


def curves_and_a_reference():
    ax = viz.show_curves({"loss": [7.0, 3.0, 2.0], "wave": [0, 5, -7, 0.5]}, xlabel="step", ylabel="nats")
    return viz.show_reference(ax, 1.5, "bound")


def points():
    ax = plt.figure().add_subplot(xlabel="KL", ylabel="reward")
    ax.scatter(range(5), range(5))
    ax.text(1, 1, "here")
    return ax


TOLD = {
    "map": (
        lambda: viz.show_matrix(WEIGHTS, ROWS, COLUMNS, title="Weights"),
        ["Weights: map of 3 x 5", "from 0 to 0.91", "the: o 0.5", "red: azul 0.85", "book: livro 0.91"],
    ),
    "masked map": (lambda: viz.show_matrix(np.where(np.tri(3, 5) > 0, -WEIGHTS, -np.inf)), ["from −0.91 to −0"]),
    "mask": (lambda: viz.show_mask(torch.ones(7, 5).tril()), ["7 x 5", "25 ones"]),
    "bars": (
        lambda: viz.show_bars({"one head": [10, 13], "two heads": 99.5}, xlabel="exact (%)"),
        ["exact (%)", "one head 11.5", "two heads 99.5"],
    ),
    "upright bars": (upright_bars, ["probability", "dog 0.75", "cat 0.25"]),
    "curves": (
        curves_and_a_reference,
        ["nats over step", "loss 7 to 2", "wave 0 to 0.5 (up to 5 at 1, down to −7 at 2)"],
    ),
    "growing mask": (lambda: viz.draw_growing_mask(["BOS", "red", "book"]), ["next: red", "next: book"]),
    "points": (points, ["5 points of reward over KL", "here"]),
    "equal panels": (lambda: viz.show_heads(np.tile(WEIGHTS, (2, 1, 1))), ["head 0, head 1", "2 times: map of 3 x 5"]),
    "picture": (lambda: viz.show_picture(torch.rand(11, 7, 3), title="a red car"), ["red car", "11 x 7 pixels"]),
    "tokens": (
        lambda: viz.show_tokens(["to", "be", "or"], [0.25, 0.75, np.nan]),
        ["loss (nats)", "0.50 on average", "0.75 for “be”", "to, be, or"],
    ),
}


def of(drawn):
    return alt_text(getattr(drawn, "figure", drawn))


@pytest.mark.parametrize(("draw", "told"), TOLD.values(), ids=TOLD)
def test_a_figure_tells_its_kind_its_names_and_its_numbers(draw, told):
    said = of(draw())
    assert [part for part in told if part not in said] == []
    assert "inf" not in said and "bound" not in said, "nor is a reference line a curve"


@pytest.mark.parametrize("draw", DIAGRAMS.values(), ids=DIAGRAMS.keys())
def test_a_diagram_says_what_it_is_in_few_words(draw):
    said = alt_text(draw().figure)
    assert 0 < len(said) <= MOST
    assert said[0].isupper()


@pytest.mark.parametrize("draw", [viz.draw_growing_mask, lambda: viz.draw_clocks(WEIGHTS[:, :4], [0, 1, 2])])
def test_drawings_of_several_panels_say_what_they_are(draw):
    assert 0 < len(alt_text(draw())) <= MOST


def test_no_figure_takes_more_than_the_most_characters():
    said = alt_text(viz.show_bars({f"a long name, number {i}": i for i in range(40)}).figure)
    assert len(said) <= MOST and said.endswith(" …")


def test_a_notebook_stores_the_words_beside_the_picture():
    class Shell:
        display_formatter = DisplayFormatter()

    use_compact_png(Shell)
    figure = viz.show_matrix(WEIGHTS).figure
    _, metadata = Shell.display_formatter.format(figure)
    assert metadata == {"image/png": {"alt": alt_text(figure)}}
