"""Positional encodings, which are vectors added to the token embeddings (slide "Encoder", steps 2 and 3)."""

import math

import torch
from torch import nn

from course_lib.errors import CourseError
from course_lib.shapes import Ids, Vectors


class Positions(nn.Module):
    """The base class of positional encodings: a table with one vector of size D per position, which subclasses fill."""

    def forward(self, positions: Ids) -> Vectors:
        """Return the vectors of absolute positions.

        Raises:
            CourseError: a position is negative or beyond the end of the table.
        """
        if positions.numel():  # a GPU would abort the process on an invalid position, so we check here
            low, high = map(int, positions.aminmax())
            if low < 0 or high >= len(self.table):
                reached = low if low < 0 else high
                raise CourseError(f"a sequence must stay within positions 0 to {len(self.table) - 1}, got {reached}")
        return self.table[positions]


class SinusoidalPositions(Positions):
    """Fixed positional encodings from sine and cosine waves with wavelengths from 2π to 10,000 · 2π tokens.

    (Vaswani et al. 2017, section 3.5)
    """

    def __init__(self, d_model: int, max_length: int):
        super().__init__()
        position = torch.arange(max_length, dtype=torch.float64).unsqueeze(1)
        frequency = torch.exp(-math.log(10_000.0) * torch.arange(0, d_model, 2, dtype=torch.float64) / d_model)
        table = torch.empty(max_length, d_model, dtype=torch.float64)
        table[:, 0::2] = torch.sin(position * frequency)
        table[:, 1::2] = torch.cos(position * frequency[: d_model // 2])
        self.register_buffer("table", table.to(torch.get_default_dtype()), persistent=False)


class LearnedPositions(Positions):
    """Learned positional encodings with one trained vector per position, as in BERT and GPT-2."""

    def __init__(self, d_model: int, max_length: int):
        super().__init__()
        self.table = nn.Parameter(torch.randn(max_length, d_model) * d_model**-0.5)
