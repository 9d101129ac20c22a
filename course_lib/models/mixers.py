"""The token mixers of an `Llm`, as choices in its config: attention or one of its alternatives.

A choice is a dataclass. `make_mixer` builds its module, which is called as `mixer(x, view, layer)`.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from torch import nn

from course_lib.errors import CourseError
from course_lib.nn import (
    ACTIVATIONS,
    CausalSelfAttention,
    GatedDeltaNet,
    GatedFeedForward,
    LatentAttention,
    LinearAttention,
    MixtureOfExperts,
    RMSNorm,
    Rotary,
    SharedAttention,
    SoftcappedAttention,
)

if TYPE_CHECKING:
    from course_lib.models.llm import LlmConfig


@dataclass(frozen=True, kw_only=True)
class AttentionMixer:
    """`CausalSelfAttention` with the sizes of the config (slide "Beyond Plain Transformers")."""

    kind: str = field(default="attention", init=False)


@dataclass(frozen=True, kw_only=True)
class NoPEMixer:
    """`CausalSelfAttention` without rotary embeddings (NoPE), as in some layers of SmolLM 3 and Llama 4."""

    kind: str = field(default="nope", init=False)


@dataclass(frozen=True, kw_only=True)
class SharedKVMixer:
    """`SharedAttention` with the keys and values of the earlier layer `layer`."""

    kind: str = field(default="shared_kv", init=False)
    layer: int


@dataclass(frozen=True, kw_only=True)
class LatentMixer:
    """`LatentAttention`, whose docstring explains the sizes. Its `d_rope` is the config's `d_head`."""

    kind: str = field(default="latent", init=False)
    d_latent: int
    d_content: int
    d_value: int | None = None
    d_query: int | None = None


@dataclass(frozen=True, kw_only=True)
class LinearMixer:
    """`LinearAttention` with the config's heads."""

    kind: str = field(default="linear", init=False)


@dataclass(frozen=True, kw_only=True)
class DeltaMixer:
    """`GatedDeltaNet`, whose docstring explains the sizes."""

    kind: str = field(default="delta", init=False)
    num_heads: int
    d_key: int
    d_value: int
    num_key_heads: int | None = None
    kernel_size: int = 4


Mixer = AttentionMixer | NoPEMixer | SharedKVMixer | LatentMixer | LinearMixer | DeltaMixer


@dataclass(frozen=True, kw_only=True)
class Experts:
    """The numbers of a `MixtureOfExperts`. The experts have the config's `d_ff`."""

    num_experts: int
    num_active: int


def make_mixer(config: "LlmConfig", i: int, rotary: Rotary) -> nn.Module:
    """Build the token mixer of layer `i`."""
    mixer, d_model, eps = config.layer_mixers[i], config.d_model, config.eps
    match mixer:
        case LatentMixer():
            sizes = mixer.d_latent, mixer.d_content, config.d_head or d_model // config.num_heads, mixer.d_value
            return LatentAttention(
                d_model, config.num_heads, *sizes, mixer.d_query, eps, rotary, config.window_sizes[i]
            )
        case LinearMixer():
            return LinearAttention(d_model, config.num_heads, config.d_head)
        case DeltaMixer():
            sizes = mixer.num_heads, mixer.d_key, mixer.d_value, mixer.num_key_heads, mixer.kernel_size
            return GatedDeltaNet(d_model, *sizes, eps)
        case _:
            return make_attention(config, i, rotary)


def make_attention(config: "LlmConfig", i: int, rotary: Rotary) -> CausalSelfAttention:
    """Build the attention of layer `i`, with or without RoPE, and with new or shared keys and values."""
    mixer = config.layer_mixers[i]
    sizes = config.d_model, config.num_heads, config.num_kv_heads, config.d_head, config.qkv_bias
    places = {"rotary": None if mixer == NoPEMixer() else rotary, "window": config.window_sizes[i]}
    if isinstance(mixer, SharedKVMixer):
        attention = SharedAttention(mixer.layer, *sizes, **places)
    else:
        attention = CausalSelfAttention(*sizes, **places)
        attention.shares_kv = any(isinstance(m, SharedKVMixer) and m.layer == i for m in config.layer_mixers)
    if config.qk_norm:
        d_head = attention.q_proj.out_features // config.num_heads
        attention.q_norm, k_norm = (RMSNorm(d_head, config.eps) for _ in range(2))
        if not isinstance(mixer, SharedKVMixer):
            attention.k_norm = k_norm
    if config.score_cap is not None:
        attention.attend = SoftcappedAttention(config.score_cap)
    return attention


def make_feed_forward(config: "LlmConfig") -> nn.Module:
    """Build a feed-forward network or a mixture of experts."""
    sizes, activation = (config.d_model, config.d_ff), ACTIVATIONS[config.activation]
    if config.experts is None:
        return GatedFeedForward(*sizes, activation)
    return MixtureOfExperts(*sizes, config.experts.num_experts, config.experts.num_active, activation)


def check_choices(config: "LlmConfig") -> None:
    """Check that there is one valid window and one valid mixer per layer, and that the activation is known.

    Raises:
        CourseError: a choice is not valid.
    """
    windows, mixers = config.window_sizes, config.layer_mixers
    if len(windows) != config.num_layers:
        raise CourseError(f"window_sizes must have one entry per layer, {config.num_layers}, got {len(windows)}")
    if config.activation not in ACTIVATIONS:
        raise CourseError(f"activation must be one of {', '.join(ACTIVATIONS)}, got {config.activation!r}")
    if any(window is not None and window < 1 for window in windows):
        raise CourseError(f"window_sizes must be 1 or more, or None for no limit, got {windows}")
    if len(mixers) != len(windows):
        raise CourseError(f"mixers must have one entry per layer, {len(windows)}, got {len(mixers)}")
    for i, (mixer, window) in enumerate(zip(mixers, windows, strict=True)):
        if not isinstance(mixer, Mixer):
            raise CourseError(f"a mixer must be an instance of a class in course_lib.models.mixers, got {mixer!r}")
        if isinstance(mixer, LinearMixer | DeltaMixer) and window is not None:
            raise CourseError(f"layer {i} can't have a window of {window}, because its state is recurrent")
        if isinstance(mixer, SharedKVMixer):
            source = mixer.layer
            if not (0 <= source < i and lends(mixers[source]) and windows[source] == window):
                raise CourseError(
                    f"layer {i} can't share the cache of layer {source}; choose an earlier attention layer "
                    "with unshared keys and values and the same window"
                )


def lends(mixer: Mixer) -> bool:
    """Return whether later layers can share the keys and values of a layer with this mixer."""
    return isinstance(mixer, AttentionMixer | NoPEMixer)
