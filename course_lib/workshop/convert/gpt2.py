"""GPT-2's weights (Radford et al. 2019) in our `Gpt`, and ours in a GPT-2."""

import math
from pathlib import Path
from typing import Any

import torch

from course_lib.data import Tokenizer
from course_lib.models import Gpt, GptConfig
from course_lib.workshop.convert.folder import HubConfig, reads_config
from course_lib.workshop.convert.hub_tensors import HubTensors, NamedTensors, State, blank, both, require
from course_lib.workshop.convert.writing import write_checkpoint

NORMS = {"self_attention_norm": "ln_1", "feed_forward_norm": "ln_2"}
PARTS = ("weight", "bias")
FIXED = {
    "model_type": "gpt2",
    "activation_function": "gelu_new",
    "layer_norm_epsilon": 1e-5,
    "scale_attn_weights": True,
    "scale_attn_by_inverse_layer_idx": False,
}
LINEAR_LAYERS = {
    "self_attention.o_proj": "attn.c_proj",
    "feed_forward.up_proj": "mlp.c_fc",
    "feed_forward.down_proj": "mlp.c_proj",
}


def gpt_from_hugging_face(state: State, config: dict[str, Any], dtype: torch.dtype = torch.float32) -> Gpt:
    """A `Gpt` in eval mode with the weights of a GPT2Model or GPT2LMHeadModel.

    The logits are theirs. What `Gpt.hidden` gives is theirs times √D: our table, which is also the output layer,
    is smaller by √D, and the last norm makes up for it.

    Args:
        state: the state dict.
        config: the model's config, `model.config.to_dict()`.
        dtype: what our weights are stored in.

    Raises:
        CourseError: the config wants what our `Gpt` has not, or a tensor is missing, unknown or misshapen.
    """
    checkpoint, model = HubTensors(state, prefix="transformer."), blank(Gpt, sizes(config), dtype)
    checkpoint.skip_all(".attn.bias")  # in old checkpoints, the causal mask
    checkpoint.skip_all(".attn.masked_bias")
    checkpoint.require_equal(["lm_head.weight"], "wte.weight")
    return checkpoint.fill(model, weights(checkpoint, model.config), scales(model.config))


@reads_config
def sizes(config: HubConfig) -> GptConfig:
    """Our config for theirs. Raises CourseError for what our `Gpt` can't be."""
    require(config, **FIXED)
    return GptConfig(
        vocab_size=config["vocab_size"],
        d_model=config["n_embd"],
        d_ff=config.get("n_inner") or 4 * config["n_embd"],
        num_heads=config["n_head"],
        num_layers=config["n_layer"],
        max_length=config["n_positions"],
        dropout=config["resid_pdrop"],
    )


def weights(theirs: HubTensors, config: GptConfig) -> NamedTensors:
    """Each tensor of ours and the one of theirs, but for `scales`."""
    yield "embedding.table.weight", theirs["wte.weight"]
    yield "positions.table", theirs["wpe.weight"]
    for i in range(config.num_layers):
        yield from layer(f"layers.{i}", theirs, f"h.{i}")
    yield from both("norm", theirs, "ln_f")


def scales(config: GptConfig) -> dict[str, float]:
    """How much larger than theirs a tensor of ours is, by our name."""
    root = math.sqrt(config.d_model)
    return {"embedding.table.weight": 1 / root, "norm.weight": root, "norm.bias": root}


def layer(ours: str, checkpoint: HubTensors, theirs: str) -> NamedTensors:
    """One layer; its linear layers are stored transposed, and those for queries, keys and values as one."""
    for our_part, their_part in NORMS.items():
        yield from both(f"{ours}.{our_part}", checkpoint, f"{theirs}.{their_part}")
    for part in PARTS:
        stacked = checkpoint[f"{theirs}.attn.c_attn.{part}"].tensor_split(3, dim=-1)
        for name, tensor in zip("qkv", stacked, strict=True):
            yield f"{ours}.self_attention.{name}_proj.{part}", tensor.t()
        for our_part, their_part in LINEAR_LAYERS.items():
            yield f"{ours}.{our_part}.{part}", checkpoint[f"{theirs}.{their_part}.{part}"].t()


def gpt_to_hugging_face(model: Gpt, folder: Path | str, tokenizer: Tokenizer | None = None) -> None:
    """Write a folder from which transformers loads a GPT-2 that computes what our `Gpt` does.

    With a `tokenizer` of ours, also that and its chat template.
    """
    larger = scales(model.config)
    ours = {name: tensor / larger.get(name, 1.0) for name, tensor in model.state_dict().items()}
    tensors = {"wte.weight": ours["embedding.table.weight"], "wpe.weight": ours["positions.table"]}
    tensors |= {f"ln_f.{part}": ours[f"norm.{part}"] for part in PARTS}
    for i in range(model.config.num_layers):
        tensors |= their_layer(f"h.{i}", ours, f"layers.{i}")
    tensors = {f"transformer.{name}": tensor for name, tensor in tensors.items()}
    write_checkpoint(folder, their_config(model.config), tensors, tokenizer)


def their_config(config: GptConfig) -> dict[str, object]:
    """Their config for ours."""
    return {
        **FIXED,
        "architectures": ["GPT2LMHeadModel"],
        "vocab_size": config.vocab_size,
        "n_embd": config.d_model,
        "n_inner": config.d_ff,
        "n_head": config.num_heads,
        "n_layer": config.num_layers,
        "n_positions": config.max_length,
        "resid_pdrop": config.dropout,
        "bos_token_id": None,  # unless a tokenizer comes along
        "eos_token_id": None,
    }


def their_layer(theirs: str, tensors: dict[str, torch.Tensor], ours: str) -> dict[str, torch.Tensor]:
    """The way back from `layer`."""
    layer = {}
    for part in PARTS:
        layer |= {
            f"{their_part}.{part}": tensors[f"{ours}.{our_part}.{part}"] for our_part, their_part in NORMS.items()
        }
        stacked = torch.cat([tensors[f"{ours}.self_attention.{name}_proj.{part}"] for name in "qkv"])
        layer[f"attn.c_attn.{part}"] = stacked.t()
        for our_part, their_part in LINEAR_LAYERS.items():
            layer[f"{their_part}.{part}"] = tensors[f"{ours}.{our_part}.{part}"].t()
    return {f"{theirs}.{name}": tensor for name, tensor in layer.items()}
