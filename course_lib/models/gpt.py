"""GPT-2, a decoder-only model that predicts the next token (slide "Architectural Variants"; Radford et al. 2019)."""

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
    """The config of a `Gpt` model: its sizes, its context length, and its dropout rate."""

    vocab_size: int
    d_model: int = 128
    d_ff: int = 512
    num_heads: int = 4
    num_layers: int = 4
    max_length: int = 128
    dropout: float = 0.0


class GptLayer(nn.Module):
    """A pre-norm decoder layer of GPT-2: causal self-attention followed by a feed-forward network."""

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
    """A GPT-2 model, which predicts the next token with a stack of decoder layers (Radford et al. 2019, section 2.3).

    The output layer shares its weights with the token embedding.
    """

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
        """Return the hidden state of the last layer for each token, after the final norm.

        Args:
            tokens: token ids.
            view: the positions, masks, and cache. Default: positions from 0, no padding, and no cache.
        """
        view = View(check_shape(tokens, "B T")) if view is None else view
        x = self.embed(tokens, view)
        for i, layer in enumerate(self.layers):
            x = layer(x, view, i)
        return self.norm(x)

    def embed(self, tokens: IdsBT, view: View) -> BTD:
        """Compute the input of the first layer: each token's embedding plus the encoding of its position."""
        return self.dropout(self.embedding(tokens) + self.positions(view.positions.clamp(min=0)))

    def forward(
        self,
        tokens: IdsBT,
        positions: IdsBT | None = None,
        cache: DecoderCache | None = None,
        keep: Keep = None,
    ) -> Kept:
        """Predict the next token at each position.

        Padding must either come last in a sequence, where no real token attends to it, or have position -1.

        Args:
            tokens, positions, cache: see `View`.
            keep: a mask or indices of the positions to compute logits for. Default: all positions.

        Returns:
            The logits over the vocabulary at these positions.
        """
        x = self.hidden(tokens, View(check_shape(tokens, "B T"), positions, cache=cache))
        return self.output(x if keep is None else x[keep])

    def new_cache(self) -> DecoderCache:
        """Create an empty KV cache for this model."""
        return DecoderCache([None] * len(self.layers))
