"""A beam search is drawn as a tree: a box for each candidate, and a thick line to the output that is chosen."""

import pytest

from course_lib.errors import CourseError
from course_lib.workshop import viz

STEPS = [
    [(0, "the", -0.25, "kept"), (0, "a", -1.5, "kept"), (0, "an", -4.0, "dropped")],
    [(1, "cat", -1.75, "kept"), (0, "dog", -2.0, "kept")],
    [(0, "EOS", -1.8, "ended"), (1, "EOS", -3.0, "ended")],
]


def test_each_candidate_has_a_box_with_its_token_and_its_log_probability():
    texts = [text.get_text() for text in viz.draw_beam(STEPS, (2, 0)).texts]
    assert texts == ["BOS"] + [words for step in STEPS for _, token, p, _ in step for words in (token, f"−{-p:.2f}")]


def test_the_lines_to_the_winner_and_no_others_are_thick():
    widths = [line.get_linewidth() for line in viz.draw_beam(STEPS, (2, 0)).lines]
    assert [width > 2 for width in widths] == [False, True, False, True, False, True, False]


@pytest.mark.parametrize(("steps", "winner"), [([], (0, 0)), (STEPS, (3, 0)), (STEPS, (1, 2))])
def test_no_step_or_a_winner_that_is_not_there_is_refused(steps, winner):
    with pytest.raises(CourseError, match="winner"):
        viz.draw_beam(steps, winner)
