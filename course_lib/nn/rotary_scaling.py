"""RoPE scaling for texts that are longer than the training texts: four ways to slow the rotation down.

A scaling is a function that takes the frequencies θ_i of the pairs (fastest first) and the positions to rotate by, and
returns the new frequencies. Rotated queries and keys are also multiplied by its `magnitude`.
"""

import math
from dataclasses import dataclass, field

import torch

from course_lib.errors import CourseError
from course_lib.shapes import Pairs, RealPositionsT


@dataclass(frozen=True, kw_only=True)
class LinearScaling:
    """Position interpolation, in which all pairs rotate `factor` times more slowly (Chen et al. 2023, section 2.3)."""

    kind: str = field(default="linear", init=False)
    factor: float

    magnitude = 1.0

    def __call__(self, frequencies: Pairs, positions: RealPositionsT | None) -> Pairs:
        return frequencies / self.factor


@dataclass(frozen=True, kw_only=True)
class DynamicNtkScaling:
    """Dynamic NTK scaling, which slows down the slow pairs only as much as the length of the text requires.

    Up to `original_length` positions, the frequencies don't change. In a text n times as long, the frequency of the
    slowest pair is divided by s = factor · n - (factor - 1), and the frequency of pair i by s^(i / (E/2 - 1)). This is
    RoPE with a larger base. The formula for s is the one in `transformers`. Peng et al. (2023, sections 3.1 and 3.3)
    use s = n, which is the same formula with `factor` 1, and found that s must be larger.

    Beyond `original_length`, each new token changes the frequencies of the whole text, but cached keys are already
    rotated. So a cache can hold at most `original_length` tokens, and a longer text must be processed without a cache.
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
        """Check that keys at these positions can be stored in a cache.

        Raises:
            CourseError: a position is beyond `original_length`.
        """
        length = int(positions.max()) + 1
        if length > self.original_length:
            raise CourseError(
                f"a cache with DynamicNtkScaling can't hold more than {self.original_length} tokens, got {length}; "
                "process the text without a cache, or use a scaling that ignores its length, such as YarnScaling"
            )


@dataclass(frozen=True, kw_only=True)
class YarnScaling:
    """YaRN scaling ("NTK by parts"), in which fast pairs keep their frequency and slow pairs are interpolated.

    A pair that makes more than `fast` full turns over `original_length` positions keeps its frequency. If a pair makes
    fewer than `slow` turns, its frequency is divided by `factor`. In between, the two frequencies are mixed according
    to the pair's index. `magnitude` sharpens the attention. Default: 0.1 ln(factor) + 1, as in the paper (Peng et al.
    2023, sections 3.2 and 3.3).
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
        """Return the fractional index of the pair that makes `turns` full turns over the original length.

        The frequency of pair i is θ_i = θ_1^i, and we solve this equation for i.
        """
        return math.log(2 * math.pi * turns / self.original_length) / math.log(float(frequencies[1]))


@dataclass(frozen=True, kw_only=True)
class Llama3Scaling:
    """Llama 3.1's variant of YaRN, which stretches long wavelengths and keeps short ones (Grattafiori et al. 2024).

    A pair that makes more than `fast` full turns over `original_length` positions keeps its frequency. If a pair makes
    fewer than `slow` turns, its frequency is divided by `factor`. In between, the two frequencies are mixed according
    to the number of turns.
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
    """Check that there are at least two frequencies, because some scalings compare them.

    Raises:
        CourseError: there is only one frequency.
    """
    if len(frequencies) < 2:
        raise CourseError("d_head must be 4 or more, because this RoPE scaling compares pairs of dimensions, got 2")
