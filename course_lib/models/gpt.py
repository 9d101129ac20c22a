"""Decoder-only: tokens see themselves and what came before (slide "Architectural Variants"; Radford et al. 2019)."""

from dataclasses import dataclass
from functools import partial

import torch.nn.functional as F
from torch import nn

from course_lib.models.base import Model
from course_lib.nn import DecoderCache, EncoderLayer, LearnedPositions, TokenEmbedding, View
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


class Gpt(Model):
    """The layers of an encoder under a causal mask, pre-norm with GELU (Radford et al. 2019, section 2.3)."""

    self_attention_kind = "decoder"

    def __init__(self, config: GptConfig):
        super().__init__(config)
        self.embedding = TokenEmbedding(config.vocab_size, config.d_model)
        self.positions = LearnedPositions(config.d_model, config.max_length)
        self.dropout = nn.Dropout(config.dropout)
        self.layers = nn.ModuleList(
            EncoderLayer(config.d_model, config.num_heads, config.d_ff, config.dropout, True, activation=gelu)
            for _ in range(config.num_layers)
        )
        self.norm = nn.LayerNorm(config.d_model)
        self.output = nn.Linear(config.d_model, config.vocab_size, bias=False)
        self.output.weight = self.embedding.table.weight

    def hidden(self, tokens: IdsBT, positions: IdsBT | None = None, cache: DecoderCache | None = None) -> BTD:
        """What the last layer makes of each token.

        Args:
            tokens: token ids.
            positions: absolute ones, -1 for padding; default: those after the cache, or 0 to T - 1.
            cache: a `DecoderCache` (see `new_cache`) that holds the tokens before these, and takes these in.
        """
        check_shape(tokens, "B T")
        view = self.view(tokens, positions, cache)
        x = self.embed(tokens, view)
        for i, layer in enumerate(self.layers):
            x = layer(x, view.mask(), view.layer_cache(i))
        return self.norm(x)

    def embed(self, tokens: IdsBT, view: View) -> BTD:
        """What the first layer reads."""
        return self.dropout(self.embedding(tokens) + self.positions(view.positions.clamp(min=0)))

    def forward(
        self,
        tokens: IdsBT,
        positions: IdsBT | None = None,
        cache: DecoderCache | None = None,
        keep: Keep = None,
    ) -> Kept:
        """Logits of the token after each position, or only where `keep` is True.

        The other arguments as in `hidden`. Padding belongs at the end, where no real token sees it, or has position -1.
        """
        x = self.hidden(tokens, positions, cache)
        return self.output(x if keep is None else x[keep])

    def view(self, tokens: IdsBT, positions: IdsBT | None = None, cache: DecoderCache | None = None) -> View:
        """The `View` of new tokens; arguments as in `hidden`."""
        return View(tokens, positions, cache=cache)

    def new_cache(self) -> DecoderCache:
        """An empty cache for `forward`."""
        return DecoderCache([None] * len(self.layers))
