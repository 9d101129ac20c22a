"""Two ways to pair the numbers that RoPE turns, one permutation apart; and names, there and back."""

import pytest
import torch
from transformers.models.llama.modeling_llama import apply_rotary_pos_emb

from course_lib.models import LlmConfig
from course_lib.nn import Rotary
from course_lib.workshop.convert import FAMILIES, halves_to_pairs, pairs_to_halves
from course_lib.workshop.convert.llm_tensors import LlmTensors
from tests.parity import B, D, H, T, assert_near

E = 14
SIZES = {"vocab_size": 17, "d_model": D, "num_heads": H, "num_kv_heads": H, "d_head": E}


def test_the_order_of_a_head_is_first_half_and_second_half_in_turns():
    assert halves_to_pairs(torch.arange(6), 6).tolist() == [0, 3, 1, 4, 2, 5]
    assert halves_to_pairs(torch.arange(8), 4).tolist() == [0, 2, 1, 3, 4, 6, 5, 7]


@pytest.mark.parametrize("shape", [(H * E, D), (H * E,), (E,)])
def test_there_and_back_nothing_has_moved(shape):
    tensor = torch.randn(shape)
    assert torch.equal(pairs_to_halves(halves_to_pairs(tensor, E), E), tensor)
    assert not torch.equal(halves_to_pairs(tensor, E), tensor)


def test_turning_halves_is_turning_pairs_in_another_order(tolerance):
    """x_i with x_(i + E/2), as transformers has it, and x_2i with x_(2i + 1), as the slides have it."""
    x, positions, rotary = torch.randn(B, H, T, E), torch.arange(T), Rotary(E)
    angles = (positions.unsqueeze(-1) * rotary.frequencies).repeat(1, 2).expand(B, T, E).to(x.dtype)
    by_halves, _ = apply_rotary_pos_emb(x, x, angles.cos(), angles.sin())
    order = halves_to_pairs(torch.arange(E), E)
    assert_near(rotary(x[..., order], positions), by_halves[..., order], 10 * tolerance)


@pytest.mark.parametrize("family", FAMILIES.values(), ids=FAMILIES.keys())
def test_what_goes_to_their_side_and_back_is_what_it_was(family):
    tensors = LlmTensors(family, LlmConfig(**SIZES))
    for part, shape in {"q_proj": (H * E, D), "v_proj": (H * E, D), "k_norm": (E,)}.items():
        name, tensor = f"layers.0.self_attention.{part}.weight", torch.rand(shape)
        torch.testing.assert_close(tensors.to_ours(name, tensors.to_theirs(name, tensor)), tensor)
    assert tensors.their_name("layers.12.self_attention.q_proj.bias") == "layers.12.self_attn.q_proj.bias"
    assert tensors.their_name("embedding.table.weight") == "embed_tokens.weight"


@pytest.mark.parametrize(
    ("family", "expected"),
    [
        ("qwen3_moe", "layers.1.mlp.experts.3.up_proj.weight"),
        ("mixtral", "layers.1.block_sparse_moe.experts.3.w3.weight"),
    ],
)
def test_the_matrices_of_experts_have_the_names_of_the_family(family, expected):
    tensors = LlmTensors(FAMILIES[family], LlmConfig(**SIZES))
    assert tensors.their_name("layers.1.feed_forward.experts.3.up_proj.weight") == expected
