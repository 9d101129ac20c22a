"""Layers of DeepSeek-V3 and Qwen3-Next: ours with their weights, from a saved model, gives what theirs gives."""

import json

import pytest
import torch
from safetensors.torch import load_file
from transformers import DeepseekV3Config, DeepseekV3ForCausalLM, Qwen3NextConfig, Qwen3NextForCausalLM

from course_lib.errors import CourseError
from course_lib.nn import Rotary, causal_mask
from course_lib.workshop.convert import gated_delta_net_from_hugging_face, latent_attention_from_hugging_face
from tests.nn.read import read as read_by
from tests.nn.read import recurrent_cache
from tests.parity import B, V, assert_near
from tests.workshop.convert.hugging_face import NEAR, small
from tests.workshop.convert.llm_twins import saved

T, WIDTH = 71, 22  # longer than a chunk
REST = {"vocab_size": V, "num_hidden_layers": 1, "intermediate_size": 13, "pad_token_id": 0, "eos_token_id": 2}
DEEPSEEK = REST | {
    "hidden_size": WIDTH,
    "num_attention_heads": 3,
    "num_key_value_heads": 3,
    "kv_lora_rank": 13,
    "qk_rope_head_dim": 4,
    "qk_nope_head_dim": 5,
    "v_head_dim": 7,
}
QWEN = REST | {
    "hidden_size": WIDTH,
    "linear_num_key_heads": 2,
    "linear_num_value_heads": 6,
    "linear_key_head_dim": 5,
    "linear_value_head_dim": 7,
    "linear_conv_kernel_dim": 3,
    "layer_types": ["linear_attention"],
    "mlp_only_layers": [0],
}


def read(model, layer, folder):
    """What a saved model has of the layer with this name, and its config."""
    tensors, prefix = load_file(saved(model, folder) / "model.safetensors"), f"model.layers.0.{layer}."
    state = {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}
    return state, json.loads((folder / "config.json").read_text())


@pytest.mark.parametrize("queries", [None, 11])
@torch.no_grad()
def test_latent_attention_is_deepseeks(queries, tmp_path):
    model = small(DeepseekV3ForCausalLM, DeepseekV3Config(**DEEPSEEK, q_lora_rank=queries))
    x, positions = torch.randn(B, T, WIDTH), torch.arange(T)
    mask, turn = causal_mask(positions), model.model.rotary_emb(x, positions[None])
    theirs = model.model.layers[0].self_attn
    expected, _ = theirs(x, turn, torch.zeros(T, T).masked_fill(~mask, -torch.inf)[None, None])
    state, config = read(model, "self_attn", tmp_path)
    ours = latent_attention_from_hugging_face(state, config)
    ours.rotary = Rotary(4, config["rope_parameters"]["rope_theta"])
    assert_near(read_by(ours, x), expected, NEAR)


def their_model():
    model = small(Qwen3NextForCausalLM, Qwen3NextConfig(**QWEN))
    torch.nn.init.uniform_(model.model.layers[0].linear_attn.A_log, -3, 1)
    return model


@torch.no_grad()
def test_the_gated_delta_net_is_qwens_in_chunks_and_token_by_token(tmp_path):
    model, x = their_model(), torch.randn(B, T, WIDTH)
    theirs = model.model.layers[0].linear_attn
    ours, (cache, _) = gated_delta_net_from_hugging_face(*read(model, "linear_attn", tmp_path)), recurrent_cache()
    assert_near(read_by(ours, x), theirs(x), NEAR)
    steps = [read_by(ours, token, cache) for token in x.split(1, dim=1)]
    assert_near(torch.cat(steps, dim=1), theirs(x), NEAR)


def test_what_ours_has_no_place_for_is_refused(tmp_path):
    state, config = read(their_model(), "linear_attn", tmp_path)
    with pytest.raises(CourseError, match="our GatedDeltaNet has no place for more"):
        gated_delta_net_from_hugging_face(state | {"more": torch.ones(1)}, config)
    with pytest.raises(CourseError, match="can only have rope_interleave = True"):
        latent_attention_from_hugging_face({}, DEEPSEEK | {"rope_interleave": False})
