import numpy as np
import pytest
from matplotlib.colors import to_rgba

from course_lib.errors import CourseError
from course_lib.workshop import viz
from course_lib.workshop.viz.style import MIST


def colors(ax):
    return [patch.get_facecolor() for patch in ax.patches]


def test_the_larger_the_value_the_darker_the_token():
    brightness = [sum(color[:3]) for color in colors(viz.show_tokens("abc", [0.5, 2.0, 1.0]))]
    assert brightness[0] > brightness[2] > brightness[1]


def test_a_token_without_a_value_is_gray():
    ax = viz.show_tokens(["a", "b"], [np.nan, 1.0])
    assert colors(ax)[0] == to_rgba(MIST) != colors(ax)[1]
    assert viz.show_tokens(["a"], [np.nan]).patches


def test_marks_that_are_all_alike_have_no_color_bar():
    bars = [len(viz.show_tokens("abc", [np.nan, 1.0, last]).figure.axes) - 1 for last in (1.0, 2.0)]
    assert bars == [0, 1]


def test_limits_make_two_texts_comparable():
    first, second = (viz.show_tokens("ab", values, limits=(0, 5)) for values in ([1.0, 2.0], [4.0, 1.0]))
    assert colors(first)[0] == colors(second)[1]


def test_tokens_stay_in_their_boxes_and_boxes_in_the_figure():
    ax = viz.show_tokens(["WWWWWW", "iii", "$x$", "▁a"] * 11, range(44))
    ax.figure.canvas.draw()
    for text, box in zip(ax.texts, ax.patches, strict=True):
        letters, room = text.get_window_extent(), box.get_window_extent()
        assert room.x0 <= letters.x0 and letters.x1 <= room.x1
        assert room.x1 <= ax.get_window_extent().x1 + 1
    assert [text.get_text() for text in ax.texts][:4] == ["WWWWWW", "iii", "$x$", "▁a"]


@pytest.mark.parametrize("values", [[1.0], [[1.0, 2.0]], []])
def test_not_one_value_for_each_token_is_an_error(values):
    with pytest.raises(CourseError, match="expected"):
        viz.show_tokens(["a", "b"], values)
