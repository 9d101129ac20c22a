"""Layers of DeepSeek-V3 and Qwen3-Next: ours with their weights gives what theirs gives."""

import pytest
import torch
from transformers import DeepseekV3Config, Qwen3NextConfig
from transformers.models.deepseek_v3.modeling_deepseek_v3 import DeepseekV3Attention, DeepseekV3RotaryEmbedding
from transformers.models.qwen3_next.modeling_qwen3_next import Qwen3NextGatedDeltaNet

from course_lib.convert import gated_delta_net_from_hugging_face, latent_attention_from_hugging_face
from course_lib.errors import CourseError
from course_lib.nn import RecurrentState, Rotary, causal_mask
from tests.convert.hugging_face import NEAR
from tests.parity import B, assert_near, shake

T, WIDTH = 71, 22  # longer than a chunk
DEEPSEEK = {
    "hidden_size": WIDTH,
    "num_attention_heads": 3,
    "num_key_value_heads": 3,
    "kv_lora_rank": 13,
    "qk_rope_head_dim": 4,
    "qk_nope_head_dim": 5,
    "v_head_dim": 7,
    "attn_implementation": "eager",
}
QWEN = {
    "hidden_size": WIDTH,
    "linear_num_key_heads": 2,
    "linear_num_value_heads": 6,
    "linear_key_head_dim": 5,
    "linear_value_head_dim": 7,
    "linear_conv_kernel_dim": 3,
    "num_hidden_layers": 1,
}


@pytest.mark.parametrize("queries", [None, 11])
@torch.no_grad()
def test_latent_attention_is_deepseeks(queries):
    config = DeepseekV3Config(**DEEPSEEK, q_lora_rank=queries)
    theirs, x, positions = shake(DeepseekV3Attention(config, 0).eval()), torch.randn(B, T, WIDTH), torch.arange(T)
    mask = causal_mask(positions)
    turn = DeepseekV3RotaryEmbedding(config)(x, positions[None])
    expected, _ = theirs(x, turn, torch.zeros(T, T).masked_fill(~mask, -torch.inf)[None, None])
    ours = latent_attention_from_hugging_face(theirs.state_dict(), config.to_dict())
    rotate = Rotary(4, config.rope_parameters["rope_theta"]).at(positions)
    assert_near(ours(x, mask=mask, rotate=rotate), expected, NEAR)


def their_delta_net():
    config = Qwen3NextConfig(**QWEN, layer_types=["linear_attention"])
    theirs = Qwen3NextGatedDeltaNet(config, 0)
    torch.nn.init.uniform_(theirs.A_log, -3, 1)
    return theirs, config.to_dict()


@torch.no_grad()
def test_the_gated_delta_net_is_qwens_in_chunks_and_token_by_token():
    theirs, config = their_delta_net()
    x = torch.randn(B, T, WIDTH)
    ours, state = gated_delta_net_from_hugging_face(theirs.state_dict(), config), RecurrentState()
    assert_near(ours(x), theirs(x), NEAR)
    steps = [ours(token, cache=state) for token in x.split(1, dim=1)]
    assert_near(torch.cat(steps, dim=1), theirs(x), NEAR)


def test_what_ours_has_no_place_for_is_refused():
    theirs, config = their_delta_net()
    with pytest.raises(CourseError, match="our GatedDeltaNet has no place for more"):
        gated_delta_net_from_hugging_face(theirs.state_dict() | {"more": torch.ones(1)}, config)
    with pytest.raises(CourseError, match="can only have rope_interleave = True"):
        latent_attention_from_hugging_face({}, DEEPSEEK | {"rope_interleave": False})
