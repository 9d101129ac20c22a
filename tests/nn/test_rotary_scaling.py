"""Slower rotations for longer texts: which pairs are slowed down, and by how much."""

import math

import pytest
import torch

from course_lib.nn import DynamicNtkScaling, LinearScaling, Llama3Scaling, Rotary, YarnScaling
from tests.parity import B, H, T, assert_near

E, BASE, ORIGINAL = 22, 10_000.0, 1024
PLAIN = Rotary(E, BASE).frequencies
SCALINGS = [
    LinearScaling(factor=4.0),
    DynamicNtkScaling(factor=4.0, original_length=ORIGINAL),
    YarnScaling(factor=4.0, original_length=ORIGINAL),
    Llama3Scaling(factor=4.0, original_length=ORIGINAL),
]
each_scaling = pytest.mark.parametrize("scaling", SCALINGS, ids=lambda scaling: scaling.kind)


def slowdown(scaling, length=ORIGINAL):
    """How many times slower each pair turns, E/2, in a text of that length."""
    return PLAIN / scaling(PLAIN, torch.arange(length))


def test_interpolation_is_a_division_of_all_positions(tolerance):
    x, positions = torch.randn(B, H, T, E), torch.arange(T) * 100
    scaled = Rotary(E, scaling=LinearScaling(factor=4.0))
    assert_near(scaled(x, positions), Rotary(E)(x, positions / 4), tolerance)


def test_dynamic_ntk_changes_nothing_within_the_trained_length():
    assert torch.equal(slowdown(SCALINGS[1], ORIGINAL), torch.ones(E // 2))


@pytest.mark.parametrize("times", [2, 3])
def test_dynamic_ntk_is_another_base(times):
    """The formula of Peng et al. 2023, section 3.1, with s as it grows with the text."""
    s = 4.0 * times - 3.0
    expected = Rotary(E, BASE * s ** (E / (E - 2))).frequencies
    assert_near(SCALINGS[1](PLAIN, torch.arange(times * ORIGINAL)), expected, 1e-12)
    slower = slowdown(SCALINGS[1], times * ORIGINAL)
    assert slower[0] == 1.0
    assert float(slower[-1]) == pytest.approx(s)


@pytest.mark.parametrize("scaling", SCALINGS[2:], ids=lambda scaling: scaling.kind)
def test_pairs_that_turn_often_stay_and_pairs_that_hardly_turn_are_interpolated(scaling):
    turns, slower = ORIGINAL * PLAIN / (2 * math.pi), slowdown(scaling)
    assert (slower[turns > scaling.fast] == 1.0).all()
    assert torch.allclose(slower[turns < scaling.slow / 2], torch.tensor(4.0, dtype=torch.float64))
    assert (slower.diff() >= 0).all()
    assert ((slower > 1) & (slower < 4)).any()


def test_llama_3_mixes_by_the_number_of_turns():
    frequencies = torch.tensor([4.0, 2.5, 1.0], dtype=torch.float64) * 2 * math.pi / ORIGINAL
    mixed = frequencies * torch.tensor([1.0, (0.5 + 0.5 / 4), 1 / 4])
    assert_near(SCALINGS[3](frequencies, None), mixed, 1e-12)


def test_yarn_makes_queries_and_keys_longer():
    x, positions = torch.randn(B, H, T, E), torch.arange(T)
    turned = Rotary(E, scaling=SCALINGS[2])(x, positions)
    assert_near(turned.norm(dim=-1), x.norm(dim=-1) * (0.1 * math.log(4) + 1), 1e-6)
    assert YarnScaling(factor=4.0, original_length=ORIGINAL, magnitude=1.0).magnitude == 1.0


@each_scaling
def test_a_shift_of_all_positions_changes_no_score(scaling):
    q, k = torch.randn(2, B, H, T, E, dtype=torch.float64)
    rotary, positions = Rotary(E, scaling=scaling), torch.arange(T)
    scores, shifted = (rotary(q, p) @ rotary(k, p).transpose(-2, -1) for p in (positions, positions + 1000))
    assert (scores - shifted).abs().max() < 1e-10
