"""BERT, an encoder-only model that predicts masked tokens (slide "Architectural Variants"; Devlin et al. 2019)."""

from dataclasses import dataclass
from functools import partial

import torch
import torch.nn.functional as F
from torch import nn

from course_lib.models.base import Model
from course_lib.nn import EncoderLayer, LearnedPositions, TokenEmbedding, padding_mask
from course_lib.shapes import BSD, IdsBS, Keep, Kept, check_shape

Norm = partial(nn.LayerNorm, eps=1e-12)


@dataclass(frozen=True, kw_only=True)
class BertConfig:
    """The config of a `Bert` model: its sizes, its dropout rate, and the id of the padding token."""

    vocab_size: int
    d_model: int = 128
    d_ff: int = 512
    num_heads: int = 4
    num_layers: int = 4
    max_length: int = 128
    dropout: float = 0.0
    pad_id: int = 0


class Bert(Model):
    """A BERT model, which predicts masked tokens with a stack of post-norm encoder layers.

    The output layer shares its weights with the token embedding.
    """

    self_attention_kind = "encoder"

    def __init__(self, config: BertConfig):
        super().__init__(config)
        self.embedding = TokenEmbedding(config.vocab_size, config.d_model)
        self.positions = LearnedPositions(config.d_model, config.max_length)
        self.embedding_norm = Norm(config.d_model)
        self.dropout = nn.Dropout(config.dropout)
        self.layers = nn.ModuleList(
            EncoderLayer(config.d_model, config.num_heads, config.d_ff, config.dropout, activation=F.gelu, norm=Norm)
            for _ in range(config.num_layers)
        )
        self.transform = nn.Sequential(nn.Linear(config.d_model, config.d_model), nn.GELU(), Norm(config.d_model))
        self.output = nn.Linear(config.d_model, config.vocab_size)
        self.output.weight = self.embedding.table.weight

    def hidden(self, tokens: IdsBS) -> BSD:
        """Return the hidden state of the last layer for each token."""
        check_shape(tokens, "B S")
        positions = torch.arange(tokens.shape[1], device=tokens.device)
        x = self.dropout(self.embedding_norm(self.embedding(tokens) + self.positions(positions)))
        mask = padding_mask(tokens, self.config.pad_id)
        for layer in self.layers:
            x = layer(x, mask)
        return x

    def forward(self, tokens: IdsBS, keep: Keep = None) -> Kept:
        """Predict the original token at each position.

        Args:
            tokens: token ids, some of them masked.
            keep: a mask or indices of the positions to compute logits for. Default: all positions.

        Returns:
            The logits over the vocabulary at these positions.
        """
        x = self.hidden(tokens)
        return self.output(self.transform(x if keep is None else x[keep]))
