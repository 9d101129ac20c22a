"""Layers of DeepSeek-V3 and Qwen3-Next as ours: only what mixes the tokens, not the models around it."""

from collections.abc import Mapping
from typing import Any

import torch

from course_lib.nn import GatedDeltaNet, LatentAttention
from course_lib.workshop.convert.folder import HubConfig
from course_lib.workshop.convert.hub_tensors import HubTensors, State, require


def latent_attention_from_hugging_face(state: State, config: Mapping[str, Any]) -> LatentAttention:
    """The `LatentAttention` of a DeepSeek-V3; the `Rotary` is left to the model.

    Args:
        state: the state dict of one attention layer.
        config: of the model, such as `model.config.to_dict()`.

    Raises:
        CourseError: a setting is missing or another than ours; a tensor is missing, unknown or misshapen.
    """
    config, theirs = HubConfig(config), HubTensors(state)
    require(config, attention_bias=False, rope_interleave=True)
    heads, (content, value) = config["num_attention_heads"], (config["qk_nope_head_dim"], config["v_head_dim"])
    latent, rope, query = config["kv_lora_rank"], config["qk_rope_head_dim"], config["q_lora_rank"]
    ours = LatentAttention(config["hidden_size"], heads, latent, content, rope, value, query)
    k_up, v_up = theirs["kv_b_proj.weight"].unflatten(0, (heads, content + value)).split((content, value), dim=1)
    latent_proj, rope_proj = theirs["kv_a_proj_with_mqa.weight"].split((latent, rope))
    weights = {
        "latent_proj": latent_proj,
        "rope_proj": rope_proj,
        "latent_norm": theirs["kv_a_layernorm.weight"],
        "k_up_proj": k_up.flatten(0, 1),
        "v_up_proj": v_up.flatten(0, 1),
        "o_proj": theirs["o_proj.weight"],
    }
    if query is None:
        weights["q_proj"] = theirs["q_proj.weight"]
    else:
        weights |= {"q_latent.0": theirs["q_a_proj.weight"], "q_latent.1": theirs["q_a_layernorm.weight"]}
        weights["q_proj"] = theirs["q_b_proj.weight"]
    return theirs.fill(ours, ((f"{name}.weight", tensor) for name, tensor in weights.items()))


def gated_delta_net_from_hugging_face(state: State, config: Mapping[str, Any]) -> GatedDeltaNet:
    """The `GatedDeltaNet` of a Qwen3-Next. Arguments and errors as above.

    They store what belongs to one head of keys together: its query, its key, and the values and gates that it serves.
    """
    config, theirs = HubConfig(config), HubTensors(state)
    require(config, hidden_act="silu")
    key_heads, heads = config["linear_num_key_heads"], config["linear_num_value_heads"]
    d_key, d_value = config["linear_key_head_dim"], config["linear_value_head_dim"]
    kernel_size, served = config["linear_conv_kernel_dim"], heads // key_heads
    ours = GatedDeltaNet(config["hidden_size"], heads, d_key, d_value, key_heads, kernel_size, config["rms_norm_eps"])
    groups = theirs["in_proj_qkvz.weight"].unflatten(0, (key_heads, -1))
    q, k, v, gate = groups.split((d_key, d_key, served * d_value, served * d_value), dim=1)
    beta, decay = theirs["in_proj_ba.weight"].unflatten(0, (key_heads, -1)).split((served, served), dim=1)
    parts = {"q_proj": q, "k_proj": k, "v_proj": v, "gate_proj": gate, "beta_proj": beta, "decay_proj": decay}
    weights: dict[str, torch.Tensor] = {f"{name}.weight": part.flatten(0, 1) for name, part in parts.items()}
    weights |= {
        "convolution.weight": theirs["conv1d.weight"].squeeze(1),
        "decay_bias": theirs["dt_bias"],
        "log_rate": theirs["A_log"],
        "norm.weight": theirs["norm.weight"],
        "o_proj.weight": theirs["out_proj.weight"],
    }
    return theirs.fill(ours, iter(weights.items()))
