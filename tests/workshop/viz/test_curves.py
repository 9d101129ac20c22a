import numpy as np
import pytest
import torch

from course_lib.errors import CourseError
from course_lib.workshop import viz
from course_lib.workshop.viz.curves import spread


def test_a_list_of_losses_is_drawn_over_its_steps():
    line = viz.show_curves({"train": [3.0, 2.0, 1.0]}).lines[0]
    assert line.get_xydata().tolist() == [[0, 3], [1, 2], [2, 1]]


def test_a_pair_is_x_and_y():
    line = viz.show_curves({"train": (torch.tensor([10, 20]), torch.tensor([3.0, 2.0]))}).lines[0]
    assert line.get_xydata().tolist() == [[10, 3], [20, 2]]


def test_seeds_become_their_mean_in_a_band_from_lowest_to_highest():
    ax = viz.show_curves({"train": [[4.0, 2.0], [2.0, 1.0], [3.0, 0.0]]})
    assert ax.lines[0].get_ydata().tolist() == [3, 1]
    box = ax.collections[0].get_datalim(ax.transData)
    assert (box.y0, box.y1) == (0, 4)


def test_every_line_is_named_at_its_end_and_no_two_names_touch():
    curves = {name: [5.0, 0.1 * index] for index, name in enumerate(["train", "validation", "test", "chance"])}
    ax = viz.show_curves(curves, xlabel="step", ylabel="loss")
    ax.figure.canvas.draw()
    assert [text.get_text() for text in ax.texts] == list(curves)
    boxes = sorted((text.get_window_extent() for text in ax.texts), key=lambda box: box.y0)
    assert all(below.y1 <= above.y0 for below, above in zip(boxes, boxes[1:], strict=False))
    assert boxes[0].y0 >= ax.get_window_extent().y0 - 1


def test_settings_reach_the_axes_before_the_names_are_placed():
    ax = viz.show_curves({"a": [1, 100], "b": [1, 90]}, yscale="log", title="Two")
    assert (ax.get_yscale(), ax.get_title()) == ("log", "Two")


@pytest.mark.parametrize("curve", [([1, 2, 3], [1.0, 2.0]), []])
def test_x_and_y_of_different_lengths_are_an_error_that_names_the_curve(curve):
    with pytest.raises(CourseError, match="'train'"):
        viz.show_curves({"train": curve})


@pytest.mark.parametrize("show", [viz.show_curves, viz.show_bars])
def test_nothing_to_draw_is_an_error(show):
    with pytest.raises(CourseError, match="got none"):
        show({})


def test_bars_stand_in_order_from_the_top_with_their_numbers():
    ax = viz.show_bars({"greedy": 96.25, "beam search": 97.5}, digits=2)
    assert [label.get_text() for label in ax.get_yticklabels()] == ["greedy", "beam search"]
    assert [text.get_text() for text in ax.texts] == ["96.25", "97.50"]
    assert ax.yaxis_inverted()


def test_a_bar_over_seeds_ends_at_their_mean_and_shows_each():
    ax = viz.show_bars({"greedy": [1.0, 2.0, 6.0]})
    assert ax.patches[0].get_width() == 3
    assert ax.lines[0].get_xdata().tolist() == [1, 2, 6]


def test_a_number_that_rounds_to_zero_has_no_sign():
    ax = viz.show_bars({"8 bits": -0.04, "4 bits": -0.06})
    assert [text.get_text() for text in ax.texts] == ["0.0", "-0.1"]


@pytest.mark.parametrize("colors", [["#0072B2"], ["#0072B2", "#0072B2", "#D55E00"]])
def test_bars_of_one_color_look_alike(colors):
    ax = viz.show_bars({"a": 1, "b": 2, "c": 3}, colors=colors)
    first, second, third = (bar.get_facecolor() for bar in ax.patches)
    assert first == second and (third == first) == (len(colors) == 1)


def test_a_bar_without_a_color_is_an_error():
    with pytest.raises(CourseError, match="2"):
        viz.show_bars({"a": 1, "b": 2, "c": 3}, colors=["#0072B2", "#D55E00"])


def test_a_reference_is_a_level_line_with_its_name():
    ax = viz.show_reference(viz.show_curves({"a": [1, 3]}), 2, "chance")
    assert ax.lines[-1].get_ydata() == [2, 2]
    assert ax.texts[-1].get_text() == "chance"


@pytest.mark.parametrize("seed", range(5))
def test_spread_heights_keep_their_order_their_gap_and_the_floor(seed):
    heights = np.random.default_rng(seed).uniform(0, 50, size=7)
    placed = spread(heights, gap=5, lowest=2)
    assert np.diff(placed[np.argsort(heights)]).min() >= 5 - 1e-9
    assert placed.min() >= 2
