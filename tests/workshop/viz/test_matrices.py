import numpy as np
import pytest
import torch
from matplotlib import pyplot as plt

from course_lib.errors import CourseError
from course_lib.workshop import viz

TARGET = ["this", "is", "the"]
SOURCE = ["este", "é", "o", "primeiro", "livro"]


def tick_labels(axis):
    return [label.get_text() for label in axis.get_ticklabels()]


def numbers(ax):
    """The texts in the cells, row by row."""
    places = sorted(ax.texts, key=lambda text: text.get_position()[::-1])
    return [text.get_text() for text in places]


def test_every_cell_of_a_small_matrix_holds_its_number():
    ax = viz.show_matrix(torch.tensor([[0.25, -1.5, 2.0], [0.001, -0.001, 0.5]]))
    assert numbers(ax) == ["0.25", "−1.50", "2.00", "0.00", "0.00", "0.50"]


def test_whole_numbers_are_written_without_decimals():
    assert numbers(viz.show_matrix([[1, 2], [3, -4]])) == ["1", "2", "3", "−4"]


def test_masked_scores_are_gray_and_say_so():
    ax = viz.show_matrix([[0.5, -np.inf]])
    assert numbers(ax) == ["0.50", "−∞"]
    assert ax.images[0].get_array().mask.tolist() == [[False, True]]


def test_a_matrix_of_more_than_12_rows_has_a_color_bar_instead_of_numbers():
    small, large = viz.show_matrix(np.ones((12, 5))), viz.show_matrix(np.ones((13, 5)))
    assert (len(small.texts), len(small.figure.axes)) == (60, 1)
    assert (len(large.texts), len(large.figure.axes)) == (0, 2)


def test_the_edges_carry_the_tokens():
    ax = viz.show_matrix(np.ones((3, 5)), TARGET, SOURCE, title="Weights", xlabel="keys", ylabel="queries")
    assert tick_labels(ax.yaxis) == TARGET
    assert tick_labels(ax.xaxis) == SOURCE
    assert (ax.get_title(), ax.get_xlabel(), ax.get_ylabel()) == ("Weights", "keys", "queries")


@pytest.mark.parametrize("columns", [2, 5, 12, 25])
def test_column_labels_never_touch(columns):
    ax = viz.show_matrix(np.ones((3, columns)), columns=[f"primeiro {index}" for index in range(columns)])
    ax.figure.canvas.draw()
    outlines = [outline(label) for label in ax.get_xticklabels()]
    assert not any(gap_between(one, other) < 0 for one, other in zip(outlines, outlines[1:], strict=False))


def outline(label):
    """The turned rectangle of a label: where it starts, its direction and its height in pixels."""
    box = label.get_window_extent()
    angle = np.radians(label.get_rotation())
    return box, angle, label.get_fontsize() * label.figure.dpi / 72


def gap_between(one, other):
    """Pixels between two neighbors: along the axis if they lie flat, across their lines if they are turned."""
    (left, angle, height), (right, _, _) = one, other
    return right.x0 - left.x1 if angle == 0 else (right.x0 - left.x0) * np.sin(angle) - 0.8 * height


def test_a_dollar_sign_is_a_token_like_any_other():
    ax = viz.show_matrix(np.ones((2, 2)), ["$a$", "$"], ["\\$", "$x_"])
    labels = [*ax.get_xticklabels(), *ax.get_yticklabels()]
    ax.figure.canvas.draw()
    assert not any(label.get_parse_math() for label in labels)


def test_white_means_zero_in_a_signed_matrix():
    ax = viz.show_matrix([[-1.0, 3.0], [0.0, 2.0]])
    assert ax.images[0].get_clim() == (-3, 3)


def test_limits_fix_the_colors():
    assert viz.show_matrix([[0.1, 0.2]], limits=(0, 1)).images[0].get_clim() == (0, 1)


def test_a_matrix_of_zeros_is_drawn():
    assert numbers(viz.show_matrix(np.zeros((2, 3)))) == ["0"] * 6


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.int64, torch.bool])
def test_tensors_of_every_type_are_drawn_even_inside_a_graph(dtype):
    matrix = torch.ones(2, 3, dtype=dtype)
    ax = viz.show_matrix(matrix.requires_grad_() if matrix.is_floating_point() else matrix)
    assert numbers(ax) == ["1"] * 6


def test_a_figure_is_drawn_where_it_is_asked_for():
    _, (left, right) = plt.subplots(1, 2)
    assert viz.show_matrix([[1.0]], ax=right) is right
    assert viz.show_mask([[True]], ax=left) is left


def test_the_sliding_window_mask_is_the_table_of_the_slides():
    tokens = ["The", "model", "attends", "to", "past", "tokens"]
    distance = torch.arange(6)[:, None] - torch.arange(6)
    ax = viz.show_mask((distance >= 0) & (distance < 3), tokens, tokens)
    assert "".join(numbers(ax)) == "100000" + "110000" + "111000" + "011100" + "001110" + "000111"


def test_a_mask_may_carry_axes_for_batch_and_heads():
    assert numbers(viz.show_mask(torch.ones(1, 1, 1, 5, dtype=torch.bool))) == ["1"] * 5


@pytest.mark.parametrize(
    ("draw", "numbers"),
    [
        (lambda: viz.show_matrix(np.ones((3, 5)), rows=SOURCE), ("3", "5")),
        (lambda: viz.show_matrix(np.ones((3, 5)), columns=TARGET), ("5", "3")),
        (lambda: viz.show_mask(np.ones((3, 5)), columns=TARGET), ("5", "3")),
    ],
)
def test_a_wrong_number_of_labels_is_an_error_that_names_both(draw, numbers):
    with pytest.raises(CourseError, match=r"expected {} .* got {}".format(*numbers)):
        draw()


@pytest.mark.parametrize("shape", [(3,), (2, 3, 5), (0, 3)])
def test_what_is_no_matrix_is_an_error_that_names_the_shape(shape):
    with pytest.raises(CourseError, match=str(shape).replace("(", r"\(").replace(")", r"\)")):
        viz.show_matrix(np.ones(shape))


def test_matrices_stand_side_by_side_with_their_rows_named_once():
    figure = viz.show_matrices({"a": np.ones((3, 2)), "b": np.zeros((3, 5))}, TARGET, [["x", "y"], SOURCE])
    left, right = figure.axes
    assert (left.get_title(), right.get_title()) == ("a", "b")
    assert tick_labels(left.yaxis) == TARGET and tick_labels(right.yaxis) == []
    assert tick_labels(left.xaxis) == ["x", "y"] and tick_labels(right.xaxis) == SOURCE


def test_matrices_with_the_same_columns_share_one_list_of_labels():
    figure = viz.show_matrices({"a": np.ones((3, 3)), "b": np.zeros((3, 3))}, columns=TARGET, limits=(0, 2))
    assert [tick_labels(ax.xaxis) for ax in figure.axes] == [TARGET, TARGET]
    assert {ax.images[0].get_clim() for ax in figure.axes} == {(0, 2)}


def test_no_matrix_is_refused():
    with pytest.raises(CourseError, match="at least one matrix"):
        viz.show_matrices({})
