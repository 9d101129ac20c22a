"""Rotary position embeddings (slides "Rotary Position Embedding (RoPE)" and "NoPE + RoPE")."""

from collections.abc import Callable

import torch
from torch import nn

from course_lib.errors import CourseError
from course_lib.shapes import Numbers, RealPositionsT


class Rotary(nn.Module):
    """Rotary position embeddings, which rotate each pair (x0, x1), (x2, x3), ... of a query or key by an angle.

    At position m, pair i is rotated by m θ_i with θ_i = base^(-2i/E). The frequencies θ_i fall from 1 to almost 1/base,
    so the first pairs rotate fast and the last ones slowly. The dot product of a rotated query and key depends only on
    the distance between their positions (Su et al. 2021, section 3.2).

    Args:
        d_head: E, the width of a head. It must be even.
        base: the base of the frequencies. With a larger base, the slow pairs rotate even more slowly.
        scaling: a function that changes the frequencies for long texts, see `rotary_scaling`. Default: no scaling.

    Raises:
        CourseError: `d_head` is odd, or too small for the scaling.
    """

    def __init__(self, d_head: int, base: float = 10_000.0, scaling: Callable | None = None):
        super().__init__()
        if d_head % 2:
            raise CourseError(f"d_head must be even, because RoPE rotates pairs of dimensions, got {d_head}")
        exponents = -torch.arange(0, d_head, 2, dtype=torch.float64) / d_head
        self.frequencies, self.scaling, self.magnitude = base**exponents, scaling, 1.0
        if scaling is not None:
            self.magnitude = scaling.magnitude
            scaling(self.frequencies, torch.zeros(1))  # raises an error now if it can't scale them

    def at(self, positions: RealPositionsT, dtype: torch.dtype = torch.float32) -> "Rotation":
        """Return the rotation for absolute positions, which all layers and heads with this `Rotary` can share."""
        has_double = positions.device.type != "mps"  # m θ_i can be large, but only its remainder modulo 2π matters
        precise = torch.float64 if has_double else torch.float32
        frequencies = self.frequencies
        if self.scaling is not None:
            frequencies = self.scaling(frequencies, positions)
        frequencies = frequencies.to(positions.device, precise)
        angles = positions.unsqueeze(-1).to(precise) * frequencies
        if angles.dim() == 3:
            angles = angles.unsqueeze(1)  # B 1 T E/2, the same for all heads
        cos, sin = angles.cos(), angles.sin()
        if self.magnitude != 1.0:
            cos, sin = cos * self.magnitude, sin * self.magnitude
        dtype = torch.promote_types(dtype, torch.float32)  # complex numbers need at least float32
        return Rotation(cos.to(dtype), sin.to(dtype))

    def forward(self, x: Numbers, positions: RealPositionsT) -> Numbers:
        """Rotate queries or keys according to their absolute positions."""
        return self.at(positions, x.dtype)(x)


class Rotation:
    """A rotation by fixed angles, which can be applied to queries and keys.

    A pair (a, b) is treated as the complex number a + b i, so a rotation is one multiplication by cos + sin i.

    Args:
        cos, sin: cosine and sine of the angles, T E/2 or B 1 T E/2.
    """

    def __init__(self, cos: torch.Tensor, sin: torch.Tensor):
        self.cos, self.sin = cos, sin
        self.factors = torch.complex(cos, sin)

    def __call__(self, x: Numbers) -> Numbers:
        """Rotate each pair of `x` by its angle."""
        pairs = torch.view_as_complex(x.to(self.cos.dtype).unflatten(-1, (-1, 2)))
        return torch.view_as_real(pairs * self.factors).flatten(-2).to(x.dtype)
