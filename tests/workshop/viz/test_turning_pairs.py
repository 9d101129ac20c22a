"""The arrows of a query and a key: the angle between them depends on the distance of their positions only."""

import pytest

from course_lib.errors import CourseError
from course_lib.workshop import viz
from course_lib.workshop.viz.alt_text import alt_text


def angles(*positions, degrees=(90, 30)):
    figure = viz.draw_turning_pairs((1, 0, 1, 0), (0, 1, 1, 0), degrees, positions)
    return [ax.get_xlabel() for ax in figure.axes]


def test_the_angle_from_key_to_query_depends_on_the_distance_only():
    assert angles((1, 0), (3, 2), (101, 100)) == ["k to q: 0°"] * 3 + ["k to q: +30°"] * 3


def test_a_key_after_its_query_has_another_angle_in_each_pair_than_one_before_it():
    assert angles((0, 1)) == ["k to q: 180°", "k to q: −30°"]


def test_the_text_alternative_has_the_angles_of_all_panels():
    figure = viz.draw_turning_pairs((1, 0, 1, 0), (0, 1, 1, 0), (90, 30), [(1, 0), (2, 1), (3, 2), (0, 1)])
    assert "pair 0: 0°, 0°, 0°, 180°; pair 1: +30°, +30°, +30°, −30°. query at 1, key at 0" in alt_text(figure)


def test_arrows_point_where_the_pair_was_turned_to():
    figure = viz.draw_turning_pairs((1, 0), (0, 2), (90,), [(1, 2)])
    tips = {text.get_text(): text.xy for text in figure.axes[0].texts}
    assert tips["q"] == pytest.approx((0, 1.24), abs=1e-6) and tips["k"] == pytest.approx((0, -1.24), abs=1e-6)


@pytest.mark.parametrize(("query", "positions"), [((1, 0), [(0, 0)]), ((1, 0, 1, 0), [])])
def test_numbers_that_are_no_pairs_are_named(query, positions):
    with pytest.raises(CourseError, match="two numbers for each"):
        viz.draw_turning_pairs(query, (0, 1, 1, 0), (90, 30), positions)
