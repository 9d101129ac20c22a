"""What mixes the tokens in a layer of an `Llm`: attention or one of its alternatives, as choices in the config.

A mixer is called as `MultiHeadAttention` is. What its mask, its cache and its rotation are, its choice says here.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from torch import nn

from course_lib.errors import CourseError
from course_lib.nn import (
    GatedDeltaNet,
    LatentAttention,
    LinearAttention,
    MultiHeadAttention,
    RecurrentState,
    RMSNorm,
    SharedCacheAttention,
    SoftcappedAttention,
    View,
    identity,
)
from course_lib.shapes import BoolsBT, Mask


@dataclass(frozen=True, kw_only=True)
class AttentionMixer:
    """Attention with the sizes of the config (slide "Beyond Plain Transformers")."""

    kind: str = field(default="attention", init=False)

    is_recurrent = False
    attention = MultiHeadAttention

    def make(self, config: Any) -> nn.Module:
        """The mixer of one layer, from an `LlmConfig`."""
        sizes = config.d_model, config.num_heads, config.num_kv_heads, config.qkv_bias, config.d_head
        attention = self.attention(*sizes, output_bias=False)
        if config.qk_norm:
            d_head = attention.q_proj.out_features // config.num_heads
            attention.q_norm, attention.k_norm = (RMSNorm(d_head, config.eps) for _ in range(2))
        if config.score_cap is not None:
            attention.attend = SoftcappedAttention(config.score_cap)
        return attention

    def sees(self, view: View, window_size: int | None) -> Mask | BoolsBT | None:
        """What stands in the place of a mask."""
        return view.mask(window_size)

    def turns(self, rotate: Callable) -> Callable:
        """What is done with queries and keys, where the model has this rotation."""
        return rotate

    def keeper(self, layer: int) -> int:
        """The number of the layer whose cache this one uses, if it is the one of this number itself."""
        return layer


@dataclass(frozen=True, kw_only=True)
class SilentMixer(AttentionMixer):
    """Attention that turns nothing (NoPE): it knows no positions, but for the mask (SmolLM 3, Llama 4)."""

    kind: str = field(default="silent", init=False)

    def turns(self, rotate: Callable) -> Callable:
        """Nothing."""
        return identity


@dataclass(frozen=True, kw_only=True)
class SharedMixer(AttentionMixer):
    """Attention to the keys and values of an earlier layer, whose number is `layer`; see `SharedCacheAttention`."""

    kind: str = field(default="shared", init=False)
    layer: int

    attention = SharedCacheAttention

    def make(self, config: Any) -> nn.Module:
        """The mixer of one layer, from an `LlmConfig`; keys have been normalized by the layer that lends."""
        attention = super().make(config)
        attention.k_norm = nn.Identity()
        return attention

    def keeper(self, layer: int) -> int:
        """The layer that lends."""
        return self.layer


@dataclass(frozen=True, kw_only=True)
class LatentMixer(AttentionMixer):
    """`LatentAttention`, which explains its sizes; the config's `d_head` is the width that is turned."""

    kind: str = field(default="latent", init=False)
    d_latent: int
    d_content: int
    d_value: int | None = None
    d_query: int | None = None

    def make(self, config: Any) -> nn.Module:
        """The mixer of one layer, from an `LlmConfig`."""
        d_rope = config.d_head or config.d_model // config.num_heads
        sizes = self.d_latent, self.d_content, d_rope, self.d_value, self.d_query
        return LatentAttention(config.d_model, config.num_heads, *sizes, eps=config.eps)


class RecurrentMixer:
    """What reads token by token into a memory of one size."""

    is_recurrent = True
    new_state = RecurrentState

    def sees(self, view: View, window_size: int | None) -> BoolsBT | None:
        """Which tokens are real."""
        return view.real()


@dataclass(frozen=True, kw_only=True)
class LinearMixer(RecurrentMixer, AttentionMixer):
    """`LinearAttention` with the config's heads."""

    kind: str = field(default="linear", init=False)

    def make(self, config: Any) -> nn.Module:
        """The mixer of one layer, from an `LlmConfig`."""
        return LinearAttention(config.d_model, config.num_heads, config.d_head)


@dataclass(frozen=True, kw_only=True)
class DeltaMixer(RecurrentMixer, AttentionMixer):
    """`GatedDeltaNet`, which explains its sizes."""

    kind: str = field(default="delta", init=False)
    num_heads: int
    d_key: int
    d_value: int
    num_key_heads: int | None = None
    kernel_size: int = 4

    def make(self, config: Any) -> nn.Module:
        """The mixer of one layer, from an `LlmConfig`."""
        sizes = self.num_heads, self.d_key, self.d_value, self.num_key_heads, self.kernel_size
        return GatedDeltaNet(config.d_model, *sizes, config.eps)


Mixer = AttentionMixer | SilentMixer | SharedMixer | LatentMixer | LinearMixer | DeltaMixer


@dataclass(frozen=True, kw_only=True)
class Experts:
    """A `MixtureOfExperts` in the place of each feed-forward network: so many experts of the config's `d_ff`."""

    num_experts: int
    num_active: int


def check_mixers(mixers: Sequence[Mixer], windows: Sequence[int | None]) -> None:
    """Raise a CourseError for mixers that are not one per layer, or can't be where they are."""
    if len(mixers) != len(windows):
        raise CourseError(f"{len(windows)} layers need as many mixers, got {len(mixers)}")
    for i, (mixer, window) in enumerate(zip(mixers, windows, strict=True)):
        if not isinstance(mixer, AttentionMixer):
            raise CourseError(f"a mixer must be one of models.mixers, got {mixer!r}")
        if mixer.is_recurrent and window is not None:
            raise CourseError(f"layer {i} has a memory of all it has read, so it can't have a window of {window}")
        keeper = mixer.keeper(i)
        if type(mixer) is SharedMixer and not (0 <= keeper < i and lends(mixers[keeper]) and windows[keeper] == window):
            raise CourseError(
                f"layer {i} can't share the cache of layer {keeper}: only of an earlier one that has attention, keys "
                "and values of its own, and the same window"
            )


def lends(mixer: Mixer) -> bool:
    """Whether a layer makes keys and values that others may read."""
    return type(mixer) in (AttentionMixer, SilentMixer)
