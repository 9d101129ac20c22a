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


def test_a_map_tells_the_largest_number_of_each_row():
    said = alt_text(viz.show_matrix(WEIGHTS, ROWS, COLUMNS, title="Weights").figure)
    assert said == (
        "Weights: map of 3 x 5 numbers from 0 to 0.91; largest in row the: o 0.5, red: azul 0.85, book: livro 0.91"
    )


def test_a_map_without_names_tells_its_lowest_and_highest_number_but_no_infinite_one():
    masked = np.where(np.tri(3, 5) > 0, -WEIGHTS, -np.inf)
    assert alt_text(viz.show_matrix(masked).figure) == "Map of 3 x 5 numbers from −0.91 to −0"


def test_a_mask_tells_how_many_ones_it_has():
    assert alt_text(viz.show_mask(torch.ones(7, 5).tril()).figure) == "Table of 7 x 5 zeros and ones, with 25 ones"


def test_bars_tell_their_names_and_the_mean_of_their_seeds():
    ax = viz.show_bars({"one head": [10, 13], "two heads": 99.5}, xlabel="exact (%)")
    assert alt_text(ax.figure) == "Bars of exact (%): one head 11.5, two heads 99.5"


def test_upright_bars_are_told_alike():
    ax = plt.figure().add_subplot(ylabel="probability")
    ax.bar(["dog", "cat"], [0.75, 0.25])
    assert alt_text(ax.figure) == "Bars of probability: dog 0.75, cat 0.25"


def test_curves_tell_where_they_begin_and_end_and_a_reference_line_is_none():
    ax = viz.show_curves({"loss": [7.0, 3.0, 2.0], "other": [5, 1.25]}, xlabel="step", ylabel="nats")
    viz.show_reference(ax, 1.5, "bound")
    assert alt_text(ax.figure) == "Curves of nats over step: loss 7 to 2, other 5 to 1.25"


def test_a_curve_that_turns_tells_how_far_it_goes():
    ax = viz.show_curves({"rate": [0, 3, 1, 0], "wave": [0, 5, -7, 0.5], "dip": [3, 2.9, 1]}, xlabel="step")
    assert alt_text(ax.figure) == (
        "Curves over step: rate 0 to 0 (up to 3 at 1), wave 0 to 0.5 (up to 5 at 1, down to −7 at 2), dip 3 to 1"
    )


def test_a_growing_mask_tells_what_each_step_reads_and_writes():
    said = alt_text(viz.draw_growing_mask(["BOS", "red", "book"]))
    assert said.endswith("token that is generated. BOS: step 1: next: red. BOS red: step 2: next: book")


def test_points_are_counted_and_what_is_written_beside_them_is_told():
    ax = plt.figure().add_subplot(xlabel="KL", ylabel="reward")
    ax.scatter(range(5), range(5))
    ax.text(1, 1, "here")
    assert alt_text(ax.figure) == "5 points of reward over KL. here"


def test_equal_panels_are_told_once_and_color_bars_never():
    figure = viz.show_heads(np.tile(WEIGHTS, (2, 1, 1)))
    assert alt_text(figure) == "Attention weights of head 0, head 1. 2 times: map of 3 x 5 numbers from 0 to 0.91"


def test_a_picture_is_told_by_its_title():
    ax = viz.show_picture(torch.rand(11, 7, 3), title="a red car")
    assert alt_text(ax.figure) == "A red car: picture of 11 x 7 pixels"


@pytest.mark.parametrize("draw", DIAGRAMS.values(), ids=DIAGRAMS.keys())
def test_a_diagram_says_what_it_is_in_few_words(draw):
    said = alt_text(draw().figure)
    assert 30 <= len(said) <= MOST
    assert said[0].isupper()


@pytest.mark.parametrize("draw", [viz.draw_growing_mask, lambda: viz.draw_clocks(WEIGHTS[:, :4], [0, 1, 2])])
def test_drawings_of_several_panels_say_what_they_are(draw):
    assert 30 <= len(alt_text(draw())) <= MOST


def test_a_text_says_what_its_colors_mean():
    said = alt_text(viz.show_tokens(["to", "be", "or"], [0.25, 0.75, np.nan]).figure)
    means = "A text whose tokens are colored by their loss (nats), 0.50 on average, the largest 0.75 for “be”"
    assert said == f"{means}: to, be, or"


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
