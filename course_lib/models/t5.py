"""Encoder-decoder: one sequence becomes another (slide "Architectural Variants"; Raffel et al. 2020)."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn

from course_lib.models.base import Model
from course_lib.nn import (
    DecoderCache,
    DecoderLayer,
    EncoderLayer,
    RelativePositionBias,
    RMSNorm,
    TokenEmbedding,
    View,
    biased,
    padding_mask,
)
from course_lib.shapes import BSD, BTD, IdsBS, IdsBT, Keep, Kept, Mask, check_shape


@dataclass(frozen=True, kw_only=True)
class T5Config:
    """The sizes of a `T5`."""

    vocab_size: int
    d_model: int = 128
    d_ff: int = 512
    num_heads: int = 4
    num_encoder_layers: int = 2
    num_decoder_layers: int = 2
    dropout: float = 0.0
    pad_id: int = 0

    def make_layers(self, kind: type[nn.Module], count: int) -> nn.ModuleList:
        """`count` layers in T5's style: pre-norm, RMSNorm, ReLU, no biases."""
        sizes = self.d_model, self.num_heads, self.d_ff, self.dropout, True, F.relu, RMSNorm, False
        return nn.ModuleList(kind(*sizes) for _ in range(count))


class T5Encoder(nn.Module):
    """Encoder layers that know distances, not positions: all add the same bias to their scores."""

    self_attention_kind = "encoder"

    def __init__(self, config: T5Config):
        super().__init__()
        self.embedding = TokenEmbedding(config.vocab_size, config.d_model)
        self.relative_bias = RelativePositionBias(config.num_heads, bidirectional=True)
        self.dropout = nn.Dropout(config.dropout)
        self.layers = config.make_layers(EncoderLayer, config.num_encoder_layers)
        self.norm = RMSNorm(config.d_model)

    def forward(self, source: IdsBS, source_mask: Mask) -> BSD:
        """The memory of a source, whose padding mask is given."""
        positions = torch.arange(source.shape[1], device=source.device)
        mask = biased(self.relative_bias(positions, positions), source_mask)
        x = self.dropout(self.embedding(source))
        for layer in self.layers:
            x = layer(x, mask)
        return self.dropout(self.norm(x))


class T5Decoder(nn.Module):
    """Decoder layers with a bias by distance in their self-attention; the cross-attention has none."""

    self_attention_kind = "decoder"

    def __init__(self, config: T5Config):
        super().__init__()
        self.embedding = TokenEmbedding(config.vocab_size, config.d_model)
        self.relative_bias = RelativePositionBias(config.num_heads, bidirectional=False)
        self.dropout = nn.Dropout(config.dropout)
        self.layers = config.make_layers(DecoderLayer, config.num_decoder_layers)
        self.norm = RMSNorm(config.d_model)
        self.output = nn.Linear(config.d_model, config.vocab_size, bias=False)

    def hidden(
        self,
        target: IdsBT,
        memory: BSD | None = None,
        memory_mask: Mask | None = None,
        positions: IdsBT | None = None,
        cache: DecoderCache | None = None,
    ) -> BTD:
        """What the last layer makes of each token. Arguments as in `course_lib.models.translator.Decoder`."""
        view = View(target, positions, cache=cache, bias=self.relative_bias)
        x = self.dropout(self.embedding(target))
        memory, memory_mask = ([memory] * len(self.layers), memory_mask) if cache is None else cache.memory
        for i, layer in enumerate(self.layers):
            x = layer(x, memory[i], view.mask(), memory_mask, view.layer_cache(i))
        return self.dropout(self.norm(x))

    def forward(
        self,
        target: IdsBT,
        memory: BSD | None = None,
        memory_mask: Mask | None = None,
        positions: IdsBT | None = None,
        cache: DecoderCache | None = None,
        keep: Keep = None,
    ) -> Kept:
        """Logits. Arguments as in `course_lib.models.translator.Decoder`."""
        x = self.hidden(target, memory, memory_mask, positions, cache)
        return self.output(x if keep is None else x[keep])


class T5(Model):
    """Both halves, with one table for the two embeddings and the output."""

    def __init__(self, config: T5Config):
        super().__init__(config)
        self.encoder = T5Encoder(config)
        self.decoder = T5Decoder(config)
        self.decoder.embedding.table.weight = self.encoder.embedding.table.weight
        self.decoder.output.weight = self.encoder.embedding.table.weight

    def forward(self, source: IdsBS, target: IdsBT, keep: Keep = None) -> Kept:
        """Teacher forcing: the logits after each token of the target, or only where `keep` is True."""
        memory, memory_mask = self.encode(source)
        return self.decoder(target, memory, memory_mask, keep=keep)

    def encode(self, source: IdsBS) -> tuple[BSD, Mask]:
        """The memory of a source, and its padding mask."""
        check_shape(source, "B S")
        mask = padding_mask(source, self.config.pad_id)
        return self.encoder(source, mask), mask

    def new_cache(self, source: IdsBS) -> DecoderCache:
        """A cache for outputs of `source` that holds what the encoder makes of it, for the decoder."""
        return DecoderCache.after(*self.encode(source), self.decoder.layers)
