"""The positional encoding as clocks: a dial per vector and hand, the tip at the two numbers."""

import numpy as np
import pytest

from course_lib.errors import CourseError
from course_lib.workshop import viz


def test_the_tip_of_each_hand_stands_at_its_two_numbers():
    vectors = np.random.default_rng(0).normal(size=(3, 4))
    panels = np.reshape(viz.draw_clocks(vectors, [0, 5, 7]).axes, (2, 3))
    tips = [[ax.texts[0].xy for ax in column] for column in panels.T]
    assert np.allclose(np.reshape(tips, (3, 4)), vectors)


def test_each_column_is_named_by_its_position():
    panels = viz.draw_clocks(np.ones((3, 2)), [0, 5, 7]).axes
    assert [ax.get_title() for ax in panels] == ["0", "5", "7"]


def test_an_odd_number_of_dimensions_is_refused():
    with pytest.raises(CourseError, match="a hand takes two dimensions, got 3"):
        viz.draw_clocks(np.ones((2, 3)), [0, 1])


def test_another_number_of_positions_than_of_vectors_is_refused():
    with pytest.raises(CourseError):
        viz.draw_clocks(np.ones((2, 4)), [0])
