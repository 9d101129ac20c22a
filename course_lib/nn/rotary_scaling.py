"""RoPE beyond the length it was trained for: four ways to slow the rotation down.

Each is called with the frequencies θ_i of the pairs, E/2 (fastest first), and the positions that are to be turned; it
returns other frequencies. `magnitude` is a factor for the rotated queries and keys.
"""

import math
from dataclasses import dataclass, field

import torch

from course_lib.errors import CourseError
from course_lib.shapes import Pairs, RealPositionsT


@dataclass(frozen=True, kw_only=True)
class LinearScaling:
    """Position interpolation: all pairs turn `factor` times slower (Chen et al. 2023, section 2.3)."""

    kind: str = field(default="linear", init=False)
    factor: float

    magnitude = 1.0

    def __call__(self, frequencies: Pairs, positions: RealPositionsT | None) -> Pairs:
        return frequencies / self.factor


@dataclass(frozen=True, kw_only=True)
class DynamicNtkScaling:
    """As long as need be: the slowest pair turns as if by position interpolation, the fastest as ever.

    Within `original_length` positions nothing changes; at n times as many, the slowest pair is divided by
    s = factor · n - (factor - 1), pair i by s^(i / (E/2 - 1)). That is RoPE with another base. `transformers` has this;
    Peng et al. (2023, sections 3.1 and 3.3) have s = n, which is factor 1, and found that it must be set higher.

    Beyond `original_length`, each new token changes the frequencies of the whole text, but the keys in a cache are
    rotated already. So a cache holds `original_length` tokens at most, and a longer text must be read without one.
    """

    kind: str = field(default="dynamic_ntk", init=False)
    factor: float
    original_length: int

    magnitude = 1.0

    def __call__(self, frequencies: Pairs, positions: RealPositionsT | None) -> Pairs:
        expect_pairs(frequencies)
        length = max(int(positions.max()) + 1, self.original_length)
        slowdown = self.factor * length / self.original_length - (self.factor - 1)
        share = torch.arange(len(frequencies)).to(frequencies) / (len(frequencies) - 1)
        return frequencies / slowdown**share

    def check_cached(self, positions: RealPositionsT) -> None:
        """Raise a CourseError unless keys at these positions can be kept in a cache."""
        length = int(positions.max()) + 1
        if length > self.original_length:
            raise CourseError(
                f"a cache with DynamicNtkScaling can't hold more than {self.original_length} tokens, got {length}; "
                "read the text without a cache, or choose a scaling that doesn't go by its length, such as YarnScaling"
            )


@dataclass(frozen=True, kw_only=True)
class YarnScaling:
    """NTK by parts (Peng et al. 2023, sections 3.2 and 3.3): what turns often stays, what hardly turns is interpolated.

    A pair that makes more than `fast` full turns over `original_length` positions keeps its frequency; one that makes
    less than `slow` turns is divided by `factor`; in between, by index, a mixture. `magnitude` sharpens the attention:
    0.1 ln(factor) + 1 in the paper, which is the default.
    """

    kind: str = field(default="yarn", init=False)
    factor: float
    original_length: int
    fast: float = 32.0
    slow: float = 1.0
    magnitude: float | None = None

    def __post_init__(self):
        if self.magnitude is None:
            object.__setattr__(self, "magnitude", 0.1 * math.log(max(self.factor, 1.0)) + 1.0)

    def __call__(self, frequencies: Pairs, positions: RealPositionsT | None) -> Pairs:
        expect_pairs(frequencies)
        first = max(math.floor(self._index(frequencies, self.fast)), 0)
        last = min(math.ceil(self._index(frequencies, self.slow)), 2 * len(frequencies) - 1)
        steps = torch.arange(len(frequencies)).to(frequencies) - first
        share = (steps / max(last - first, 0.001)).clamp(0, 1)
        return frequencies * (1 - share) + frequencies / self.factor * share

    def _index(self, frequencies, turns):
        """The pair that makes this many full turns over the original length: θ_i = θ_1^i, solved for i."""
        return math.log(2 * math.pi * turns / self.original_length) / math.log(float(frequencies[1]))


@dataclass(frozen=True, kw_only=True)
class Llama3Scaling:
    """The same idea by wavelength (Llama 3.1; Grattafiori et al. 2024): long waves are stretched, short ones stay.

    A pair that makes more than `fast` turns over `original_length` positions keeps its frequency; one that makes less
    than `slow` turns is divided by `factor`; in between, by the number of turns, a mixture.
    """

    kind: str = field(default="llama3", init=False)
    factor: float
    original_length: int
    fast: float = 4.0
    slow: float = 1.0

    magnitude = 1.0

    def __call__(self, frequencies: Pairs, positions: RealPositionsT | None) -> Pairs:
        turns = self.original_length * frequencies / (2 * math.pi)
        share = ((turns - self.slow) / (self.fast - self.slow)).clamp(0, 1)
        return frequencies * share + frequencies / self.factor * (1 - share)


RotaryScaling = LinearScaling | DynamicNtkScaling | YarnScaling | Llama3Scaling


def expect_pairs(frequencies: Pairs) -> None:
    """Raise a CourseError where there is a single pair: what goes by the distance of two has nothing to go by."""
    if len(frequencies) < 2:
        raise CourseError("this RoPE scaling compares pairs, so it needs a d_head of 4 or more, got 2")
