"""RoPE: pairs are turned, lengths stay, and only the distance of two positions counts."""

import math

import pytest
import torch

from course_lib.errors import CourseError
from course_lib.nn import Rotary
from tests.parity import B, H, T, assert_near

E = 14


def test_each_pair_is_turned_by_the_matrix_of_the_slide(tolerance):
    x, positions = torch.randn(B, H, T, E), torch.tensor([0, 1, 2, 5, 11])
    turned = Rotary(E)(x, positions)
    for t, m in enumerate(positions.tolist()):
        for i in range(E // 2):
            angle = m * 10_000 ** (-2 * i / E)
            matrix = torch.tensor([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
            assert_near(turned[:, :, t, 2 * i : 2 * i + 2], x[:, :, t, 2 * i : 2 * i + 2] @ matrix.T, tolerance)


def test_every_pair_keeps_its_length(tolerance):
    x = torch.randn(B, H, T, E)
    turned = Rotary(E)(x, torch.arange(T) * 1000)
    assert_near(turned.unflatten(-1, (-1, 2)).norm(dim=-1), x.unflatten(-1, (-1, 2)).norm(dim=-1), tolerance)


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float32, 1e-4), (torch.float64, 1e-12)])
def test_a_shift_of_all_positions_changes_no_score(dtype, tolerance):
    q, k = torch.randn(2, B, H, T, E, dtype=dtype)
    rotary, positions = Rotary(E), torch.arange(T)
    scores, shifted = (rotary(q, p) @ rotary(k, p).transpose(-2, -1) for p in (positions, positions + 10_000))
    assert (scores - shifted).abs().max() < tolerance
    assert not torch.isclose(scores, q @ k.transpose(-2, -1)).all()


def test_rows_may_stand_at_positions_of_their_own():
    x, rotary = torch.randn(B, H, T, E), Rotary(E)
    positions = torch.stack([torch.arange(T), torch.arange(T) + 7])
    turned = rotary(x, positions)
    for row in range(B):
        assert torch.equal(turned[row], rotary(x[row : row + 1], positions[row])[0])


def test_position_zero_turns_nothing():
    x = torch.randn(B, H, 1, E)
    assert torch.equal(Rotary(E)(x, torch.tensor([0])), x)


def test_an_odd_width_is_refused():
    with pytest.raises(CourseError, match="d_head must be even, .* got 7"):
        Rotary(7)
