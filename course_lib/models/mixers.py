"""The token mixers of an `Llm`. Its config chooses one for each layer: attention, or an alternative to attention.

Each kind of mixer has a config dataclass. `make_mixer` builds the module, which is called as `mixer(x, view, layer)`.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, assert_never

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
    """The config of plain attention with RoPE; see `CausalSelfAttention` (slide "Beyond Plain Transformers")."""

    kind: str = field(default="attention", init=False)


@dataclass(frozen=True, kw_only=True)
class NoPEMixer:
    """The config of an attention layer without rotary embeddings (NoPE), as in SmolLM 3 and Llama 4."""

    kind: str = field(default="nope", init=False)


@dataclass(frozen=True, kw_only=True)
class SharedKVMixer:
    """The config of an attention layer that reuses the keys and values of an earlier layer; see `SharedAttention`.

    Args:
        layer: the index of the earlier layer.
    """

    kind: str = field(default="shared_kv", init=False)
    layer: int


@dataclass(frozen=True, kw_only=True)
class LatentMixer:
    """The config of a layer with multi-head latent attention.

    The sizes are explained in `LatentAttention`. Its `d_rope` is the `d_head` of the model's config, so it is not
    listed here.
    """

    kind: str = field(default="latent", init=False)
    d_latent: int
    d_content: int
    d_value: int | None = None
    d_query: int | None = None


@dataclass(frozen=True, kw_only=True)
class LinearMixer:
    """The config of a linear attention layer with as many heads as the model's config says; see `LinearAttention`."""

    kind: str = field(default="linear", init=False)


@dataclass(frozen=True, kw_only=True)
class DeltaMixer:
    """The config of a Gated DeltaNet layer. The sizes are explained in `GatedDeltaNet`."""

    kind: str = field(default="delta", init=False)
    num_heads: int
    d_key: int
    d_value: int
    num_key_heads: int | None = None
    kernel_size: int = 4


WindowMixer = AttentionMixer | NoPEMixer | SharedKVMixer | LatentMixer  # keys and values can be limited to a window
Mixer = WindowMixer | LinearMixer | DeltaMixer


@dataclass(frozen=True, kw_only=True)
class Experts:
    """The config of the mixture of experts that replaces the feed-forward network; see `MixtureOfExperts`.

    Args:
        num_experts: the number of experts per layer. Each expert has the `d_ff` of the model's config.
        num_active: the number of experts that process each token.
    """

    num_experts: int
    num_active: int


def make_mixer(config: "LlmConfig", i: int, rotary: Rotary) -> nn.Module:
    """Build the token mixer of layer `i` from the model's config."""
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
        case AttentionMixer() | NoPEMixer() | SharedKVMixer():
            return make_attention(config, i, rotary)
        case _:
            assert_never(mixer)


def make_attention(config: "LlmConfig", i: int, rotary: Rotary) -> CausalSelfAttention:
    """Build the attention of layer `i`, with or without RoPE, and with its own or shared keys and values."""
    mixer = config.layer_mixers[i]
    keys_of = config.layer_mixers[mixer.layer] if isinstance(mixer, SharedKVMixer) else mixer
    sizes = config.d_model, config.num_heads, config.num_kv_heads, config.d_head, config.qkv_bias
    # queries are rotated only if the keys are
    places = {"rotary": None if keys_of == NoPEMixer() else rotary, "window": config.window_sizes[i]}
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
    """Build a feed-forward network, or a mixture of experts if the model's config has `experts`."""
    sizes, activation = (config.d_model, config.d_ff), ACTIVATIONS[config.activation]
    if config.experts is None:
        return GatedFeedForward(*sizes, activation)
    return MixtureOfExperts(*sizes, config.experts.num_experts, config.experts.num_active, activation)


def check_choices(config: "LlmConfig") -> None:
    """Check that a config has one valid window and one valid mixer per layer, and a known activation.

    Raises:
        CourseError: one of these conditions is not met.
    """
    windows, mixers = config.window_sizes, config.layer_mixers
    if len(windows) != config.num_layers:
        raise CourseError(f"window_sizes must have {config.num_layers} entries, one per layer, got {len(windows)}")
    if config.activation not in ACTIVATIONS:
        raise CourseError(f"activation must be one of {', '.join(ACTIVATIONS)}, got {config.activation!r}")
    if not isinstance(config.experts, Experts | None):
        raise CourseError(f"experts must be None or an instance of Experts, got {config.experts!r}")
    if any(window is not None and window < 1 for window in windows):
        raise CourseError(f"each entry of window_sizes must be at least 1, or None for no limit, got {windows}")
    if len(mixers) != len(windows):
        raise CourseError(f"mixers must have {len(windows)} entries, one per layer, got {len(mixers)}")
    for i, (mixer, window) in enumerate(zip(mixers, windows, strict=True)):
        if not isinstance(mixer, Mixer):
            raise CourseError(f"a mixer must be an instance of a class in course_lib.models.mixers, got {mixer!r}")
        if window is not None and not isinstance(mixer, WindowMixer):
            raise CourseError(
                f"layer {i} can't have a window, because it is recurrent, got a window of {window}; "
                "set its entry in window_sizes to None"
            )
        if isinstance(mixer, SharedKVMixer):
            source = mixer.layer
            if not (0 <= source < i and lends(mixers[source]) and windows[source] == window):
                raise CourseError(
                    f"layer {i} can't share the keys and values of layer {source}; choose an earlier attention layer "
                    "that has its own keys and values and the same window"
                )


def lends(mixer: Mixer) -> bool:
    """Return True if later layers can share the keys and values of a layer with this mixer."""
    return isinstance(mixer, AttentionMixer | NoPEMixer)
