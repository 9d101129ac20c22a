"""Two ways to pair the numbers that RoPE turns, one permutation apart."""

import torch
from transformers.models.llama.modeling_llama import apply_rotary_pos_emb

from course_lib.nn import Rotary
from course_lib.workshop.convert import halves_to_pairs
from tests.parity import B, H, T, assert_near

E = 14


def test_turning_halves_is_turning_pairs_in_another_order(tolerance):
    """x_i with x_(i + E/2), as transformers has it, and x_2i with x_(2i + 1), as the slides have it."""
    x, positions, rotary = torch.randn(B, H, T, E), torch.arange(T), Rotary(E)
    angles = (positions.unsqueeze(-1) * rotary.frequencies).repeat(1, 2).expand(B, T, E).to(x.dtype)
    by_halves, _ = apply_rotary_pos_emb(x, x, angles.cos(), angles.sin())
    order = halves_to_pairs(torch.arange(E), E)
    assert_near(rotary(x[..., order], positions), by_halves[..., order], 10 * tolerance)
