"""A small decoder of characters with one of four kinds of position: RoPE, a learned table, sine waves, or none."""

import math

import torch
from torch import nn

from course_lib.data.story_characters import tokenizer
from course_lib.models.llm import Llm, LlmConfig
from course_lib.nn import LearnedPositions, SinusoidalPositions
from course_lib.shapes import BTD, IdsBT

LENGTH, WIDTH = 64, 64  # of the pieces that it is trained with; of its vectors


class WithPositions(nn.Module):
    """Replaces `TokenEmbedding`: adds a vector for its position to the vector of each token."""

    def __init__(self, embedding: nn.Module, positions: nn.Module):
        super().__init__()
        self.embedding, self.positions = embedding, positions

    def forward(self, tokens: IdsBT) -> BTD:
        """Return the sums."""
        return self.embedding(tokens) + self.positions(torch.arange(tokens.shape[1], device=tokens.device))


def new_decoder(kind: str = "RoPE", loudness: float = 1.0, **changes: object) -> Llm:
    """Make an untrained decoder of the characters of the stories, with three layers.

    Args:
        kind: "RoPE", "learned" positions, "waves" or "none".
        loudness: the length of the waves, where 1 is about the length of a character's vector.
        changes: fields of the `LlmConfig`.
    """
    sizes = {"d_model": WIDTH, "d_ff": 2 * WIDTH, "num_heads": 4, "num_kv_heads": 4, "num_layers": 3}
    model = Llm(LlmConfig(vocab_size=len(tokenizer()), max_length=LENGTH, **sizes | changes))
    for layer in model.layers if kind != "RoPE" else ():
        layer.self_attention.rotary = None
    if kind == "learned":
        model.embedding = WithPositions(model.embedding, LearnedPositions(WIDTH, 4 * LENGTH))
    if kind == "waves":
        model.embedding = WithPositions(model.embedding, SinusoidalPositions(WIDTH, 4 * LENGTH))
        model.embedding.positions.table *= loudness / math.sqrt(WIDTH / 2)  # one length 1 for each sine and cosine
    return model
