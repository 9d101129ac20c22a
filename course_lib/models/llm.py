"""The modern decoder: RoPE, GQA, SWA, RMSNorm and gated feed-forward networks (slide "Beyond Plain Transformers")."""

from dataclasses import dataclass

import torch
from torch import nn

from course_lib.errors import CourseError
from course_lib.models.base import Model
from course_lib.nn import (
    DecoderCache,
    LlmLayer,
    RMSNorm,
    Rotary,
    TokenEmbedding,
    causal_mask,
    segment_mask,
    window_mask,
)
from course_lib.shapes import check_shape


@dataclass(frozen=True, kw_only=True)
class LlmConfig:
    """The sizes and choices of an `Llm`.

    `window_sizes` has one entry per layer: how many tokens a query sees, itself included, or None for all before it.
    `d_head` is D / H by default. `max_length` is the context: how many tokens of a text the model was made for.

    Raises:
        CourseError: not one window per layer.
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

    def __post_init__(self):
        windows = (None,) * self.num_layers if self.window_sizes is None else tuple(self.window_sizes)
        if len(windows) != self.num_layers:
            raise CourseError(f"{self.num_layers} layers need as many window_sizes, got {len(windows)}")
        object.__setattr__(self, "window_sizes", windows)


class LlmBody(Model):
    """Tokens to hidden states: everything of an `Llm` but its last linear layer."""

    self_attention_kind = "decoder"

    def __init__(self, config):
        super().__init__(config)
        self.embedding = TokenEmbedding(config.vocab_size, config.d_model)
        self.embedding.scale = 1.0  # nothing is added to the embeddings that they must keep up with
        self.rotary = Rotary(config.d_head or config.d_model // config.num_heads, config.rope_base)
        self.layers = nn.ModuleList(
            LlmLayer(
                config.d_model,
                config.num_heads,
                config.num_kv_heads,
                config.d_ff,
                config.dropout,
                config.d_head,
                config.eps,
            )
            for _ in range(config.num_layers)
        )
        self.norm = RMSNorm(config.d_model, config.eps)

    def hidden(self, tokens, positions=None, segments=None, cache=None):
        """Token ids B T -> what the last layer makes of each, B T D.

        Args:
            tokens: token ids, B T.
            positions: absolute positions, B T, -1 for padding; default: those after the cache, or 0 to T - 1.
            segments: B T, where several texts share a row: attention stays among equal numbers. Not with a cache.
            cache: a `DecoderCache` (see `new_cache`) that holds the tokens before these, and takes these in.
        """
        check_shape(tokens, "B T")
        if positions is None:
            positions = (
                torch.arange(tokens.shape[1], device=tokens.device) if cache is None else cache.following(tokens)
            )
        k_positions = positions if cache is None else cache.extend(positions)
        masks = {w: self.mask(positions, k_positions, segments, w) for w in set(self.config.window_sizes)}
        x = self.embedding(tokens)
        rotate = self.rotary.at(positions, x.dtype)
        for i, (layer, window) in enumerate(zip(self.layers, self.config.window_sizes, strict=True)):
            x = layer(x, rotate, masks[window], None if cache is None else cache.layers[i])
        return self.norm(x)

    def mask(self, q_positions, k_positions, segments, window_size):
        """Who may attend to whom: real tokens, not later, inside the window, of the same text."""
        if window_size is None:
            mask = causal_mask(q_positions, k_positions)
        else:
            mask = window_mask(q_positions, k_positions, window_size)
        if k_positions.dim() == 2:
            mask = mask & (k_positions >= 0)[:, None, None, :]
        return mask if segments is None else mask & segment_mask(segments, segments)

    def new_cache(self):
        """An empty cache for `forward`."""
        return DecoderCache(len(self.layers))


class Llm(LlmBody):
    """A decoder-only language model; one table serves the first and the last layer."""

    def __init__(self, config):
        super().__init__(config)
        self.output = nn.Linear(config.d_model, config.vocab_size, bias=False)
        self.output.weight = self.embedding.table.weight

    def forward(self, tokens, positions=None, segments=None, cache=None, keep=None):
        """Logits of the token after each position: B T V, or N V where `keep` (bool, B T) is True.

        The other arguments as in `hidden`. Padding belongs at the end, where no real token sees it, or has position -1.
        """
        x = self.hidden(tokens, positions, segments, cache)
        return self.output(x if keep is None else x[keep])
