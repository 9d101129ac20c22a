"""Positions: the waves of the paper, a table that is learned, and an end to both."""

import math

import pytest
import torch

from course_lib.errors import CourseError
from course_lib.nn import LearnedPositions, SinusoidalPositions
from tests.pretend_device import UNAVAILABLE, pretend_device

LENGTH, WIDTH = 11, 7


def wave(position, i, d_model):
    """The formula of Vaswani et al. 2017, section 3.5; i counts from 0."""
    angle = position / 10_000 ** (2 * (i // 2) / d_model)
    return math.sin(angle) if i % 2 == 0 else math.cos(angle)


@pytest.mark.parametrize("d_model", [WIDTH, WIDTH + 1])
def test_the_table_equals_the_formula_for_odd_and_even_widths(d_model, tolerance):
    rows = SinusoidalPositions(d_model, LENGTH)(torch.arange(LENGTH))
    expected = torch.tensor([[wave(t, i, d_model) for i in range(d_model)] for t in range(LENGTH)])
    torch.testing.assert_close(rows, expected, rtol=0, atol=tolerance)


def test_late_positions_are_as_exact_as_early_ones():
    last = 4_999
    row = SinusoidalPositions(WIDTH, last + 1)(torch.tensor([last]))[0]
    expected = torch.tensor([wave(last, i, WIDTH) for i in range(WIDTH)])
    torch.testing.assert_close(row, expected, rtol=0, atol=1e-6)


def test_a_shift_turns_every_wave_by_an_angle_that_does_not_depend_on_the_position(tolerance):
    table = SinusoidalPositions(WIDTH + 1, LENGTH)(torch.arange(LENGTH))
    products = table @ table.T
    for distance in range(LENGTH):
        diagonal = products.diagonal(distance)
        torch.testing.assert_close(diagonal, diagonal[:1].expand_as(diagonal), rtol=0, atol=4 * tolerance)


@pytest.mark.parametrize("positions_class", [SinusoidalPositions, LearnedPositions])
class TestBoth:
    def test_rows_follow_the_positions_in_any_shape(self, positions_class):
        positions = positions_class(WIDTH, LENGTH)
        table = positions(torch.arange(LENGTH))
        wanted = torch.tensor([[3, 0, 10], [2, 2, 5]])
        assert torch.equal(positions(wanted), torch.stack([table[row] for row in wanted]))

    def test_a_position_without_a_row_is_named(self, positions_class):
        with pytest.raises(CourseError, match=f"positions 0 to {LENGTH - 1}, got {LENGTH}"):
            positions_class(WIDTH, LENGTH)(torch.arange(LENGTH + 1))

    def test_a_position_before_the_first_is_named(self, positions_class):
        with pytest.raises(CourseError, match=f"positions 0 to {LENGTH - 1}, got -1"):
            positions_class(WIDTH, LENGTH)(torch.tensor([0, -1]))

    @pytest.mark.skipif(bool(UNAVAILABLE), reason=UNAVAILABLE)
    def test_a_position_without_a_row_is_named_on_any_device(self, positions_class):
        with pretend_device() as device, pytest.raises(CourseError, match=f"within positions 0 to .*, got {LENGTH}"):
            positions_class(WIDTH, LENGTH).to(device)(torch.tensor([0, LENGTH], device=device))

    def test_no_positions_give_no_rows(self, positions_class):
        assert positions_class(WIDTH, LENGTH)(torch.arange(0)).shape == (0, WIDTH)


def test_waves_are_fixed_and_not_saved_and_learned_positions_are_trained():
    assert list(SinusoidalPositions(WIDTH, LENGTH).parameters()) == []
    assert SinusoidalPositions(WIDTH, LENGTH).state_dict() == {}
    learned = LearnedPositions(WIDTH, LENGTH)
    learned(torch.tensor([2, 2, 5])).sum().backward()
    assert learned.table.grad.sum(dim=1).tolist() == [0, 0, 2 * WIDTH, 0, 0, WIDTH, 0, 0, 0, 0, 0]
