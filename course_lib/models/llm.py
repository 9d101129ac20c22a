"""The modern decoder: RoPE, GQA, SWA, RMSNorm and gated feed-forward networks (slide "Beyond Plain Transformers")."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import torch
from torch import nn

from course_lib.errors import CourseError
from course_lib.models.base import Model
from course_lib.nn import (
    ACTIVATIONS,
    DecoderCache,
    DynamicNtkScaling,
    GatedFeedForward,
    LinearScaling,
    Llama3Scaling,
    LlmLayer,
    MultiHeadAttention,
    RMSNorm,
    Rotary,
    SoftcappedAttention,
    TokenEmbedding,
    View,
    YarnScaling,
    softcap,
)
from course_lib.shapes import BTD, IdsBT, Keep, Kept, Logits, PositionsT, Sequences, Vectors, check_shape


@dataclass(frozen=True, kw_only=True)
class LlmConfig:
    """The sizes and choices of an `Llm`.

    `window_sizes` has one entry per layer: how many tokens a query sees, itself included, or None for all before it.
    `d_head` is D / H by default. `max_length` is the context: how many tokens of a text the model was made for.

    The plain model is a Llama; the fields below `dropout` are what other families have chosen instead. Layers that
    have a window may have a RoPE base of their own, `window_rope_base`; `rope_scaling` then is for the others only.
    `score_cap` and `logit_cap` are what `softcap` keeps the attention scores and the logits within.

    Raises:
        CourseError: not one window per layer, or one of no token; an unknown activation or scaling.
    """

    vocab_size: int
    d_model: int = 128
    d_ff: int = 344
    num_heads: int = 4
    num_kv_heads: int = 2
    num_layers: int = 4
    max_length: int = 256
    d_head: int | None = None
    window_sizes: tuple[int | None, ...] | None = None
    rope_base: float = 10_000.0
    eps: float = 1e-6
    dropout: float = 0.0
    qkv_bias: bool = False
    qk_norm: bool = False
    post_norms: bool = False
    activation: str = "silu"
    tied: bool = True
    embedding_scale: float = 1.0
    score_cap: float | None = None
    logit_cap: float | None = None
    window_rope_base: float | None = None
    rope_scaling: LinearScaling | DynamicNtkScaling | YarnScaling | Llama3Scaling | None = None

    def __post_init__(self):
        windows = (None,) * self.num_layers if self.window_sizes is None else tuple(self.window_sizes)
        if len(windows) != self.num_layers:
            raise CourseError(f"{self.num_layers} layers need as many window_sizes, got {len(windows)}")
        if self.activation not in ACTIVATIONS:
            raise CourseError(f"unknown activation {self.activation!r}; known: {', '.join(ACTIVATIONS)}")
        if any(window is not None and window < 1 for window in windows):
            raise CourseError(f"window_sizes must be 1 or more, or None for all, got {windows}")
        object.__setattr__(self, "window_sizes", windows)


class LlmBody(Model):
    """Tokens to hidden states: everything of an `Llm` but its last linear layer.

    `bias` is a method in models that add something to the scores, by the positions of queries and keys; see `View`.
    """

    self_attention_kind = "decoder"
    bias = None

    def __init__(self, config: LlmConfig):
        super().__init__(config)
        self.embedding = TokenEmbedding(config.vocab_size, config.d_model, config.embedding_scale)
        d_head = config.d_head or config.d_model // config.num_heads
        self.rotary = self.window_rotary = Rotary(d_head, config.rope_base, config.rope_scaling)
        if config.window_rope_base is not None:
            self.window_rotary = Rotary(d_head, config.window_rope_base)
        self.layers = nn.ModuleList(make_layer(config) for _ in range(config.num_layers))
        self.norm = RMSNorm(config.d_model, config.eps)

    def hidden(
        self,
        tokens: IdsBT,
        positions: IdsBT | None = None,
        segments: IdsBT | None = None,
        cache: DecoderCache | None = None,
    ) -> BTD:
        """What the last layer makes of each token.

        Args:
            tokens: token ids.
            positions: absolute ones, -1 for padding; default: those after the cache, or 0 to T - 1.
            segments: where several texts share a row: attention stays among equal numbers. Not with a cache.
            cache: a `DecoderCache` (see `new_cache`) that holds the tokens before these, and takes these in.
        """
        check_shape(tokens, "B T")
        return self.read(self.embedding(tokens), positions, segments, cache)

    def read(
        self,
        x: BTD,
        positions: IdsBT | None = None,
        segments: IdsBT | None = None,
        cache: DecoderCache | None = None,
    ) -> BTD:
        """The same for vectors in the place of embeddings, wherever they come from."""
        view = self.view(x, positions, segments, cache)
        rotations, windows = self.rotations(view.positions, x.dtype), self.config.window_sizes
        for i, (layer, rotate, window) in enumerate(zip(self.layers, rotations, windows, strict=True)):
            x = layer(x, rotate, view.mask(window), view.layer_cache(i))
        return self.norm(x)

    def view(
        self,
        tokens: Sequences,
        positions: IdsBT | None = None,
        segments: IdsBT | None = None,
        cache: DecoderCache | None = None,
    ) -> View:
        """The `View` of new tokens (or of vectors in their place); arguments as in `hidden`."""
        return View(tokens, positions, segments, cache, self.bias)

    def rotations(self, positions: PositionsT, dtype: torch.dtype) -> list[Callable]:
        """For each layer the `Rotation` at these positions."""
        at = {rotary: rotary.at(positions, dtype) for rotary in {self.rotary, self.window_rotary}}
        return [at[self.rotary if window is None else self.window_rotary] for window in self.config.window_sizes]

    def new_cache(self) -> DecoderCache:
        """An empty cache for `forward`."""
        return DecoderCache(self.config.window_sizes)


def make_layer(config: LlmConfig) -> LlmLayer:
    """One layer, with all that the config chose for it."""
    norm = partial(RMSNorm, eps=config.eps)
    sizes = config.d_model, config.num_heads, config.num_kv_heads, config.qkv_bias, config.d_head
    attention = MultiHeadAttention(*sizes, output_bias=False)
    if config.qk_norm:
        d_head = attention.q_proj.out_features // config.num_heads
        attention.q_norm, attention.k_norm = norm(d_head), norm(d_head)
    if config.score_cap is not None:
        attention.attend = SoftcappedAttention(config.score_cap)
    feed_forward = GatedFeedForward(config.d_model, config.d_ff, ACTIVATIONS[config.activation])
    post_norm = norm if config.post_norms else nn.Identity
    return LlmLayer(config.d_model, attention, feed_forward, norm, post_norm, config.dropout)


class Llm(LlmBody):
    """A decoder-only language model; one table serves the first and the last layer, where they are `tied`."""

    def __init__(self, config: LlmConfig):
        super().__init__(config)
        self.output = nn.Linear(config.d_model, config.vocab_size, bias=False)
        if config.tied:
            self.output.weight = self.embedding.table.weight

    def forward(
        self,
        tokens: IdsBT,
        positions: IdsBT | None = None,
        segments: IdsBT | None = None,
        cache: DecoderCache | None = None,
        keep: Keep = None,
    ) -> Kept:
        """Logits of the token after each position, or only where `keep` is True.

        The other arguments as in `hidden`. Padding belongs at the end, where no real token sees it, or has position -1.
        """
        x = self.hidden(tokens, positions, segments, cache)
        return self.logits(x if keep is None else x[keep])

    def logits(self, x: Vectors) -> Logits:
        """What the output layer makes of hidden states: ... D -> ... V."""
        return self.capped(self.output(x))

    def capped(self, logits: Logits) -> Logits:
        """The logits within the config's `logit_cap`, if it has one."""
        return logits if self.config.logit_cap is None else softcap(logits, self.config.logit_cap)
