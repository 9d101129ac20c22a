"""The arrows of a query and a key: the angle between them depends on the distance of their positions only."""

import pytest

from course_lib import viz
from course_lib.errors import CourseError


def angles(*positions, degrees=(90, 30)):
    figure = viz.draw_turning_pairs((1, 0, 1, 0), (0, 1, 1, 0), degrees, positions)
    return [ax.get_xlabel() for ax in figure.axes]


def test_the_angle_between_two_arrows_is_told_and_depends_on_the_distance_only():
    assert angles((1, 0), (3, 2), (101, 100)) == ["0° between"] * 3 + ["30° between"] * 3


def test_a_key_after_its_query_has_another_angle_than_one_before_it():
    assert angles((0, 1)) == ["180° between", "30° between"]


def test_arrows_point_where_the_pair_was_turned_to():
    figure = viz.draw_turning_pairs((1, 0), (0, 2), (90,), [(1, 2)])
    tips = {text.get_text(): text.xy for text in figure.axes[0].texts}
    assert tips["q"] == pytest.approx((0, 1.24), abs=1e-6) and tips["k"] == pytest.approx((0, -1.24), abs=1e-6)


@pytest.mark.parametrize(("query", "positions"), [((1, 0), [(0, 0)]), ((1, 0, 1, 0), [])])
def test_numbers_that_are_no_pairs_are_named(query, positions):
    with pytest.raises(CourseError, match="two numbers for each"):
        viz.draw_turning_pairs(query, (0, 1, 1, 0), (90, 30), positions)
