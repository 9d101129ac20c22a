"""Decoder-only: tokens see themselves and what came before (slide "Architectural Variants"; Radford et al. 2019)."""

from dataclasses import dataclass
from functools import partial

import torch
import torch.nn.functional as F
from torch import nn

from course_lib.models.base import Model
from course_lib.nn import EncoderLayer, LearnedPositions, TokenEmbedding, causal_mask
from course_lib.shapes import check_shape

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

    def __init__(self, config):
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

    def hidden(self, tokens, caches=None):
        """Token ids B T -> what the last layer makes of each token, B T D; `caches`: a `KVCache` for each layer."""
        check_shape(tokens, "B T")
        start = caches[0].length if caches else 0
        positions = torch.arange(start + tokens.shape[1], device=tokens.device)
        mask = causal_mask(positions[start:], positions)
        x = self.dropout(self.embedding(tokens) + self.positions(positions[start:]))
        for i, layer in enumerate(self.layers):
            x = layer(x, mask, caches[i] if caches else None)
        return self.norm(x)

    def forward(self, tokens, caches=None, keep=None):
        """Logits of the token after each position: B T V, or N V where `keep` (bool, B T) is True.

        Padding belongs at the end, where no real token sees it.
        """
        x = self.hidden(tokens, caches)
        return self.output(x if keep is None else x[keep])
