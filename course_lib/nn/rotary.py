"""Where a token stands, as an angle (slides "Rotary Position Embedding (RoPE)" and "NoPE + RoPE")."""

from collections.abc import Callable

import torch
from torch import nn

from course_lib.errors import CourseError
from course_lib.shapes import Numbers, RealPositionsT


class Rotary(nn.Module):
    """Turns the pairs (x0, x1), (x2, x3), ... of a query or key: pair i by the angle m θ_i at position m.

    θ_i = base^(-2i/E) falls from 1 to almost 1/base: the first pairs turn fast, the last ones slowly. The dot product
    of a turned query and a turned key depends on the distance of their positions only (Su et al. 2021, section 3.2).

    Args:
        d_head: E, even.
        base: the larger, the slower the slow pairs.
        scaling: changes the frequencies for long texts (see `rotary_scaling`); default: none.

    Raises:
        CourseError: `d_head` is odd, or too small for the scaling.
    """

    def __init__(self, d_head: int, base: float = 10_000.0, scaling: Callable | None = None):
        super().__init__()
        if d_head % 2:
            raise CourseError(f"RoPE turns pairs, so d_head must be even, got {d_head}")
        exponents = -torch.arange(0, d_head, 2, dtype=torch.float64) / d_head
        self.frequencies, self.scaling, self.magnitude = base**exponents, scaling, 1.0
        if scaling is not None:
            self.magnitude = scaling.magnitude
            scaling(self.frequencies, torch.zeros(1))  # refuses now what it can't scale

    def at(self, positions: RealPositionsT, dtype: torch.dtype = torch.float32) -> "Rotation":
        """The rotation at these absolute positions: one `Rotation` serves all layers and heads."""
        has_double = positions.device.type != "mps"  # m θ_i is large, and its rest counts
        precise = torch.float64 if has_double else torch.float32
        frequencies = self.frequencies
        if self.scaling is not None:
            frequencies = self.scaling(frequencies, positions)
        frequencies = frequencies.to(positions.device, precise)
        angles = positions.unsqueeze(-1).to(precise) * frequencies
        if angles.dim() == 3:
            angles = angles.unsqueeze(1)  # B 1 T E/2: the same for all heads
        cos, sin = angles.cos(), angles.sin()
        if self.magnitude != 1.0:
            cos, sin = cos * self.magnitude, sin * self.magnitude
        dtype = torch.promote_types(dtype, torch.float32)  # no complex numbers have less
        return Rotation(cos.to(dtype), sin.to(dtype))

    def forward(self, x: Numbers, positions: RealPositionsT) -> Numbers:
        """Turn queries or keys that stand at `positions`."""
        return self.at(positions, x.dtype)(x)


class Rotation:
    """Turns each pair of x by its angle, whose cosine and sine are T E/2, or B 1 T E/2.

    A pair (a, b) is taken for the complex number a + b i: turning it is one multiplication, by cos + sin i.
    """

    def __init__(self, cos: torch.Tensor, sin: torch.Tensor):
        self.cos, self.sin = cos, sin
        self.factors = torch.complex(cos, sin)

    def __call__(self, x: Numbers) -> Numbers:
        """Every pair is as long as before."""
        pairs = torch.view_as_complex(x.to(self.cos.dtype).unflatten(-1, (-1, 2)))
        return torch.view_as_real(pairs * self.factors).flatten(-2).to(x.dtype)
