"""The config.json of a Llama, Mistral, Qwen, SmolLM or Gemma, and our `LlmConfig`: from one to the other and back."""

import math
from contextlib import suppress
from dataclasses import replace
from itertools import product
from typing import Any

from course_lib.errors import CourseError
from course_lib.models import AttentionMixer, Experts, LlmConfig, NoPEMixer
from course_lib.models.mixers import Mixer
from course_lib.workshop.convert.families import FAMILIES, Family, is_among, no_layer
from course_lib.workshop.convert.folder import HubConfig, reads_config
from course_lib.workshop.convert.hub_tensors import require
from course_lib.workshop.convert.rope import hub_rope, rope_fields

# Our field and their setting, where these are the same thing in all families.
SIZES = {
    "vocab_size": "vocab_size",
    "d_model": "hidden_size",
    "d_ff": "intermediate_size",
    "num_heads": "num_attention_heads",
    "num_layers": "num_hidden_layers",
    "max_length": "max_position_embeddings",
    "eps": "rms_norm_eps",
}
KINDS = ("full_attention", "sliding_attention")  # without a window, and with one


def family_of(config: dict[str, Any]) -> Family:
    """The family of a checkpoint. Raises CourseError, naming those we know or the reason, for another one."""
    name = config.get("model_type")
    if not is_among(name, FAMILIES):
        raise CourseError(f"unknown architecture {name!r}; an Llm can be {', '.join(FAMILIES)}")
    return FAMILIES[name]


@reads_config
def llm_config(config: HubConfig) -> LlmConfig:
    """Our config for that of a checkpoint, a dict.

    Raises:
        CourseError: an unknown architecture, a setting that is missing, or one that our `Llm` can't have.
    """
    family = family_of(config)
    require(config, **family.fixed)
    d_model, num_heads = config["hidden_size"], config["num_attention_heads"]
    return LlmConfig(
        **{ours: config[theirs] for ours, theirs in (SIZES | family.settings).items()},
        **family.choices,
        **rope_fields(config, family.window_rope),
        num_kv_heads=config.get("num_key_value_heads") or num_heads,
        d_head=config.get("head_dim") or d_model // num_heads,
        window_sizes=windows(config, family),
        mixers=mixers(config, family),
        experts=experts(config) if family.has_experts else None,
        tied=config.get("tie_word_embeddings", family.tied),
        embedding_scale=math.sqrt(d_model) if family.scaled_embedding else 1.0,
    )


def windows(config: HubConfig, family: Family) -> tuple[int | None, ...]:
    """The window of each layer, None where it sees the whole text."""
    kinds = config.get("layer_types")
    if kinds is None:
        kinds = [KINDS[family.has_window(config, i)] for i in range(config["num_hidden_layers"])]
    unknown = set(kinds) - set(KINDS)
    if unknown:
        raise CourseError(f"unknown layer type {', '.join(sorted(unknown))}; known: {', '.join(KINDS)}")
    return tuple(config.positive("sliding_window") if kind == KINDS[True] else None for kind in kinds)


def mixers(config: HubConfig, family: Family) -> tuple[Mixer, ...] | None:
    """The mixer of each layer: attention, which turns nothing where the config says so."""
    if family.turning is None:
        return None
    turns = config[family.turning]
    if not isinstance(turns, list) or not set(turns) <= {0, 1}:
        raise CourseError(f"{family.turning} should be a list of 0 and 1, got {turns!r}")
    return tuple(AttentionMixer() if turn else NoPEMixer() for turn in turns)


def experts(config: HubConfig) -> Experts:
    """How many experts there are, which has two names on the hub, and how many a token visits."""
    number = config.get("num_local_experts") or config["num_experts"]
    return Experts(num_experts=number, num_active=config["num_experts_per_tok"])


def hub_config(config: LlmConfig) -> dict[str, Any]:
    """A config.json with which transformers computes what our `Llm` with this `LlmConfig` does.

    It is that of the first family that has all the choices, which shows when its config is read back. A model that is
    not tied may have any scale of its embeddings: its table can be larger instead. So a tied one, if no family has its
    scale, becomes one with two tables.

    Raises:
        CourseError: no family has all the choices together.
    """
    config = replace(config, dropout=0.0, d_head=config.d_head or config.d_model // config.num_heads)
    for ours, (name, family) in product((config, replace(config, tied=False)), FAMILIES.items()):
        written = HubConfig(model_type=name, architectures=[family.architecture], **settings(ours, family))
        any_scale = {} if ours.tied else {"embedding_scale": ours.embedding_scale}
        with suppress(CourseError):
            if replace(llm_config(written), **any_scale) == ours:
                return dict(written)
    raise CourseError(f"none of {', '.join(FAMILIES)} has all the choices of {config}")


def settings(config: LlmConfig, family: Family) -> dict[str, object]:
    """Return our settings as in a family's config.json, as far as it can hold them."""
    return {
        **{theirs: getattr(config, ours) for ours, theirs in (SIZES | family.settings).items()},
        "num_key_value_heads": config.num_kv_heads,
        "head_dim": config.d_head,
        "tie_word_embeddings": config.tied,
        **{name: value for name, value in family.fixed.items() if value is not None},
        **({family.query_scalar: config.d_head} if family.query_scalar else {}),
        **hub_layers(config, family),
        **hub_rope(config),
        **hub_windows(config, family),
    }


def hub_layers(config: LlmConfig, family: Family) -> dict[str, object]:
    """How a family's config.json says which layers turn nothing, and what experts they have."""
    said = {}
    if family.turning is not None:
        said[family.turning] = [int(mixer == AttentionMixer()) for mixer in config.layer_mixers]
        said["pad_token_id"] = None  # by default a token that smaller vocabularies don't have
    if family.has_experts and config.experts is not None:
        said["num_experts"] = config.experts.num_experts
        said["num_experts_per_tok"] = config.experts.num_active
    return said


def hub_windows(config: LlmConfig, family: Family) -> dict[str, object]:
    """How a family's config.json says which layers have a window."""
    sizes = {size for size in config.window_sizes if size is not None}
    if family.has_window is no_layer:
        return {}
    said = {"sliding_window": max(sizes, default=None)}
    if "layer_types" not in family.fixed:
        said["sliding_window"] = max(sizes, default=config.max_length)  # theirs wants a number even if no layer has one
        said["layer_types"] = [KINDS[size is not None] for size in config.window_sizes]
        said["use_sliding_window"] = bool(sizes)
    return said
