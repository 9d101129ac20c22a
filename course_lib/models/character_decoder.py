"""A small character-level decoder, for experiments with different positional encodings."""

import math

import torch
from torch import nn

from course_lib.data.story_characters import tokenizer
from course_lib.models.llm import Llm, LlmConfig
from course_lib.nn import LearnedPositions, SinusoidalPositions
from course_lib.shapes import BTD, IdsBT

LENGTH, WIDTH = 64, 64  # the length of the training sequences, and the model dimension


class WithPositions(nn.Module):
    """An embedding layer that adds positional encodings to the token embeddings.

    Args:
        embedding: the layer that embeds the tokens.
        positions: the layer that maps positions to vectors, such as `LearnedPositions`.
    """

    def __init__(self, embedding: nn.Module, positions: nn.Module):
        super().__init__()
        self.embedding, self.positions = embedding, positions

    def forward(self, tokens: IdsBT) -> BTD:
        """Return each token's embedding plus the encoding of its position."""
        return self.embedding(tokens) + self.positions(torch.arange(tokens.shape[1], device=tokens.device))


def new_decoder(kind: str = "RoPE", loudness: float = 1.0, **changes: object) -> Llm:
    """Create an untrained three-layer decoder that reads the stories of the little world character by character.

    Args:
        kind: the positional encoding: "RoPE", "learned", "waves" (sinusoidal), or "none".
        loudness: the norm of the sinusoidal position vectors. A value of 1 is about the norm of a token embedding.
        changes: fields of the `LlmConfig` to override.
    """
    sizes = {"d_model": WIDTH, "d_ff": 2 * WIDTH, "num_heads": 4, "num_kv_heads": 4, "num_layers": 3}
    model = Llm(LlmConfig(vocab_size=len(tokenizer()), max_length=LENGTH, **sizes | changes))
    for layer in model.layers if kind != "RoPE" else ():
        layer.self_attention.rotary = None
    if kind == "learned":
        model.embedding = WithPositions(model.embedding, LearnedPositions(WIDTH, 4 * LENGTH))
    if kind == "waves":
        model.embedding = WithPositions(model.embedding, SinusoidalPositions(WIDTH, 4 * LENGTH))
        # each of the WIDTH / 2 pairs of sine and cosine has norm 1
        model.embedding.positions.table *= loudness / math.sqrt(WIDTH / 2)
    return model
