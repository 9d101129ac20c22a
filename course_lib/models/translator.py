"""Encoder, decoder, and the translator made of both (slides "Encoder", "Decoder", "Translator (Encoder-Decoder)")."""

from dataclasses import dataclass

import torch
from torch import nn

from course_lib.errors import CourseError
from course_lib.models.base import Model
from course_lib.nn import (
    DecoderCache,
    DecoderLayer,
    EncoderLayer,
    SinusoidalPositions,
    TokenEmbedding,
    View,
    padding_mask,
)
from course_lib.shapes import BSD, IdsBS, IdsBT, Keep, Kept, Mask


@dataclass(frozen=True, kw_only=True)
class TranslatorConfig:
    """The sizes of a translator. One vocabulary serves both languages; the decoder's output layer is its transpose."""

    vocab_size: int
    d_model: int = 128
    d_ff: int = 512
    num_heads: int = 4
    num_encoder_layers: int = 3
    num_decoder_layers: int = 2
    max_length: int = 128
    dropout: float = 0.0
    norm_first: bool = False
    pad_id: int = 0

    def layer_sizes(self) -> tuple:
        """The arguments that every encoder layer and decoder layer takes."""
        return self.d_model, self.num_heads, self.d_ff, self.dropout, self.norm_first


class Encoder(nn.Module):
    """Embedding, positional encoding, addition, and N encoder layers (with pre-norm layers, one last norm)."""

    self_attention_kind = "encoder"

    def __init__(self, config: TranslatorConfig):
        super().__init__()
        self.embedding = TokenEmbedding(config.vocab_size, config.d_model)
        self.positions = SinusoidalPositions(config.d_model, config.max_length)
        self.dropout = nn.Dropout(config.dropout)
        self.layers = nn.ModuleList(EncoderLayer(*config.layer_sizes()) for _ in range(config.num_encoder_layers))
        self.norm = nn.LayerNorm(config.d_model) if config.norm_first else nn.Identity()

    def forward(self, source: IdsBS, mask: Mask | None = None) -> BSD:
        """The memory of a source; `mask` says which tokens are real."""
        positions = torch.arange(source.shape[1], device=source.device)
        x = self.dropout(self.embedding(source) + self.positions(positions))
        for layer in self.layers:
            x = layer(x, mask)
        return self.norm(x)


class Decoder(nn.Module):
    """Embedding of the output so far, positional encoding, addition, N decoder layers, and the linear output layer.

    The softmax, the last box of the slide, is left to the loss and to the search, which need its logarithm.
    """

    self_attention_kind = "decoder"

    def __init__(self, config: TranslatorConfig):
        super().__init__()
        self.embedding = TokenEmbedding(config.vocab_size, config.d_model)
        self.positions = SinusoidalPositions(config.d_model, config.max_length)
        self.dropout = nn.Dropout(config.dropout)
        self.layers = nn.ModuleList(DecoderLayer(*config.layer_sizes()) for _ in range(config.num_decoder_layers))
        self.norm = nn.LayerNorm(config.d_model) if config.norm_first else nn.Identity()
        self.output = nn.Linear(config.d_model, config.vocab_size, bias=False)

    def forward(
        self,
        target: IdsBT,
        memory: BSD | None = None,
        memory_mask: Mask | None = None,
        positions: IdsBT | None = None,
        cache: DecoderCache | None = None,
        keep: Keep = None,
    ) -> Kept:
        """Predict the token after each token of `target`.

        Args:
            target: the output so far; with a cache, only the part that it doesn't hold yet.
            memory: the encoder's output; a cache has a memory of its own.
            memory_mask: which source tokens are real.
            positions: absolute ones, -1 for padding; default: those after the cache, or 0 to T - 1.
            cache: a `DecoderCache` (see `Translator.new_cache`), which takes these tokens in.
            keep: where given, logits are computed only where it is True (the rest would be thrown away).
        """
        view = View(target, positions, cache=cache)
        x = self.dropout(self.embedding(target) + self.positions(view.positions.clamp(min=0)))
        memory, memory_mask = ([memory] * len(self.layers), memory_mask) if cache is None else cache.memory
        for i, layer in enumerate(self.layers):
            x = layer(x, memory[i], view.mask(), memory_mask, view.layer_cache(i))
        return self.output(self.norm(x if keep is None else x[keep]))


class Translator(Model):
    """The encoder reads the source once; the decoder predicts each next target token from it (Vaswani et al. 2017)."""

    def __init__(self, config: TranslatorConfig):
        super().__init__(config)
        self.encoder = Encoder(config)
        self.decoder = Decoder(config)
        self.decoder.embedding.table.weight = self.encoder.embedding.table.weight
        self.decoder.output.weight = self.encoder.embedding.table.weight
        for name, parameter in self.named_parameters():
            if name.endswith("proj.weight"):
                nn.init.xavier_uniform_(parameter)

    def forward(self, source: IdsBS, target: IdsBT, keep: Keep = None) -> Kept:
        """Teacher forcing: the logits of the token after each target token, or only where `keep` is True."""
        memory, memory_mask = self.encode(source)
        return self.decoder(target, memory, memory_mask, keep=keep)

    def encode(self, source: IdsBS) -> tuple[BSD, Mask]:
        """The memory of a source, and its padding mask."""
        if source.dim() != 2:
            raise CourseError(f"expected token ids B S, got shape {tuple(source.shape)}")
        mask = padding_mask(source, self.config.pad_id)
        return self.encoder(source, mask), mask

    def new_cache(self, source: IdsBS) -> DecoderCache:
        """A cache for outputs of `source` that holds what the encoder makes of it, for the decoder."""
        return DecoderCache.after(*self.encode(source), self.decoder.layers)
