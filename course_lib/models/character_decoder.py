"""A small character-level decoder with RoPE, learned positions, sinusoidal positions, or no positions."""

import math

import torch
from torch import nn

from course_lib.data.story_characters import tokenizer
from course_lib.models.llm import Llm, LlmConfig
from course_lib.nn import LearnedPositions, SinusoidalPositions
from course_lib.shapes import BTD, IdsBT

LENGTH, WIDTH = 64, 64  # length of the training sequences; size of the vectors


class WithPositions(nn.Module):
    """A `TokenEmbedding` with positional encodings added to its vectors."""

    def __init__(self, embedding: nn.Module, positions: nn.Module):
        super().__init__()
        self.embedding, self.positions = embedding, positions

    def forward(self, tokens: IdsBT) -> BTD:
        """Return the sum of token embedding and positional encoding for each token."""
        return self.embedding(tokens) + self.positions(torch.arange(tokens.shape[1], device=tokens.device))


def new_decoder(kind: str = "RoPE", loudness: float = 1.0, **changes: object) -> Llm:
    """Make an untrained decoder with three layers, whose tokens are the characters of the stories.

    Args:
        kind: "RoPE", "learned" positions, "waves" (sinusoidal positions), or "none".
        loudness: length of the sinusoidal position vectors, where 1 is about the length of a token embedding.
        changes: fields of the `LlmConfig` to change.
    """
    sizes = {"d_model": WIDTH, "d_ff": 2 * WIDTH, "num_heads": 4, "num_kv_heads": 4, "num_layers": 3}
    model = Llm(LlmConfig(vocab_size=len(tokenizer()), max_length=LENGTH, **sizes | changes))
    for layer in model.layers if kind != "RoPE" else ():
        layer.self_attention.rotary = None
    if kind == "learned":
        model.embedding = WithPositions(model.embedding, LearnedPositions(WIDTH, 4 * LENGTH))
    if kind == "waves":
        model.embedding = WithPositions(model.embedding, SinusoidalPositions(WIDTH, 4 * LENGTH))
        model.embedding.positions.table *= loudness / math.sqrt(WIDTH / 2)  # each pair of sine and cosine has length 1
    return model
