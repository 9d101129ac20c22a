"""GPT-2, a decoder-only model: each token attends to itself and earlier tokens (slide "Architectural Variants")."""

from dataclasses import dataclass
from functools import partial

import torch.nn.functional as F
from torch import nn

from course_lib.models.base import Model
from course_lib.nn import CausalSelfAttention, DecoderCache, FeedForward, LearnedPositions, TokenEmbedding, View
from course_lib.shapes import BTD, IdsBT, Keep, Kept, check_shape

gelu = partial(F.gelu, approximate="tanh")


@dataclass(frozen=True, kw_only=True)
class GptConfig:
    """The sizes of a `Gpt`."""

    vocab_size: int
    d_model: int = 128
    d_ff: int = 512
    num_heads: int = 4
    num_layers: int = 4
    max_length: int = 128
    dropout: float = 0.0


class GptLayer(nn.Module):
    """A pre-norm decoder layer without cross-attention: causal self-attention, then a feed-forward network."""

    def __init__(self, config: GptConfig):
        super().__init__()
        self.self_attention = CausalSelfAttention(config.d_model, config.num_heads, bias=True, output_bias=True)
        self.self_attention_norm = nn.LayerNorm(config.d_model)
        self.feed_forward = FeedForward(config.d_model, config.d_ff, gelu)
        self.feed_forward_norm = nn.LayerNorm(config.d_model)
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, x: BTD, view: View, layer: int) -> BTD:
        x = x + self.dropout(self.self_attention(self.self_attention_norm(x), view, layer))
        return x + self.dropout(self.feed_forward(self.feed_forward_norm(x)))


class Gpt(Model):
    """A stack of decoder layers without cross-attention, as in GPT-2 (Radford et al. 2019, section 2.3)."""

    self_attention_kind = "decoder"

    def __init__(self, config: GptConfig):
        super().__init__(config)
        self.embedding = TokenEmbedding(config.vocab_size, config.d_model)
        self.positions = LearnedPositions(config.d_model, config.max_length)
        self.dropout = nn.Dropout(config.dropout)
        self.layers = nn.ModuleList(GptLayer(config) for _ in range(config.num_layers))
        self.norm = nn.LayerNorm(config.d_model)
        self.output = nn.Linear(config.d_model, config.vocab_size, bias=False)
        self.output.weight = self.embedding.table.weight

    def hidden(self, tokens: IdsBT, view: View | None = None) -> BTD:
        """Return the normalized output of the last layer for each token."""
        view = View(check_shape(tokens, "B T")) if view is None else view
        x = self.embed(tokens, view)
        for i, layer in enumerate(self.layers):
            x = layer(x, view, i)
        return self.norm(x)

    def embed(self, tokens: IdsBT, view: View) -> BTD:
        """Return the input of the first layer: token embeddings plus positional encodings."""
        return self.dropout(self.embedding(tokens) + self.positions(view.positions.clamp(min=0)))

    def forward(
        self,
        tokens: IdsBT,
        positions: IdsBT | None = None,
        cache: DecoderCache | None = None,
        keep: Keep = None,
    ) -> Kept:
        """Return the logits of the token after each position, or only where `keep` is True.

        Padding must be at the end, where no real token attends to it, or have position -1.

        Args:
            tokens, positions, cache: as in `View`.
            keep: positions to compute logits for. Default: all.
        """
        x = self.hidden(tokens, View(check_shape(tokens, "B T"), positions, cache=cache))
        return self.output(x if keep is None else x[keep])

    def new_cache(self) -> DecoderCache:
        """Return an empty cache for `forward`."""
        return DecoderCache([None] * len(self.layers))
