"""How must RoPE turn in texts four times as long as in training, and what breaks where it turns as ever?

The decoder of the study `positions`, trained with pieces of 64 characters; its rotation is changed, and it reads pieces
of 256. Then it is trained for a few more steps.
"""

import math
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from functools import lru_cache

import torch

from course_lib.data import load_stories
from course_lib.data.story_characters import pieces
from course_lib.evaluation.positions import loss_after_gap
from course_lib.models import Llm
from course_lib.models.character_decoder import LENGTH, new_decoder
from course_lib.models.longer import with_scaling, with_window
from course_lib.nn import DynamicNtkScaling, LinearScaling, Rotary, YarnScaling
from course_lib.runtime import seed_everything
from course_lib.workshop.studies.positions import spans, train
from course_lib.workshop.studies.study import Numbers, Study

GAPS = range(0, 257, 32)  # positions left out in the middle of a piece


@dataclass(frozen=True)
class Slower:
    """Pair i turns `by[i]` times slower."""

    by: tuple[float, ...]

    magnitude = 1.0

    def __call__(self, frequencies: torch.Tensor, positions: torch.Tensor) -> torch.Tensor:
        """The frequencies of the pairs."""
        return frequencies / torch.tensor(self.by).to(frequencies)


@dataclass(frozen=True)
class Growing:
    """Dynamic NTK that isn't refused where there is a cache, whose keys keep the angles of their time."""

    factor: float

    magnitude = 1.0

    def __call__(self, frequencies: torch.Tensor, positions: torch.Tensor) -> torch.Tensor:
        """The frequencies of the pairs."""
        return DynamicNtkScaling(factor=self.factor, original_length=LENGTH)(frequencies, positions)


@dataclass(frozen=True)
class UpTo:
    """Causal attention with RoPE in which all distances above `limit` count as `limit`."""

    rotary: Rotary
    limit: int

    def __call__(self, q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, mask: torch.Tensor | None) -> torch.Tensor:
        """What each query gathers; queries and keys come as they are before a rotation."""
        here = torch.arange(q.shape[2])
        distance = here[:, None] - here
        near = self.rotary(q, here) @ self.rotary(k, here).mT
        far = self.rotary(q, torch.full_like(here, self.limit)) @ k.mT
        scores = torch.where(distance < self.limit, near, far) / math.sqrt(q.shape[-1])
        return scores.masked_fill(distance < 0, -math.inf).softmax(dim=-1) @ v


def with_distances(model: Llm, limit: int) -> Llm:
    """A copy whose tokens are at most so far from each other."""
    model = deepcopy(model)
    for layer in model.layers:
        attention = layer.self_attention
        attention.rotary, attention.attend = None, UpTo(attention.rotary, limit)
    return model


def token_by_token(model: Llm) -> Callable[[torch.Tensor], torch.Tensor]:
    """Reads one token after the other, as a model does that writes with a cache."""

    def logits(tokens: torch.Tensor) -> torch.Tensor:
        cache = model.new_cache()
        return torch.cat([model(token, cache=cache) for token in tokens.split(1, dim=1)], dim=1)

    return logits


@lru_cache(maxsize=1)
def trained(seed: int, steps: int) -> Llm:
    """The decoder, with RoPE as in training."""
    seed_everything(seed)
    return train(new_decoder(), steps, seed)


def measure(
    seed: int = 0,
    scaling: object = None,
    limit: int | None = None,
    cached: bool = False,
    steps: int = 300,
    tuning_steps: int = 40,
    tuning_length: int = 4 * LENGTH,
    tuning_rate: float = 2e-3,
    rows: int = 128,
) -> Numbers:
    """Losses with this scaling, before and after the tuning; and two that tell angles from numbers of keys.

    With a limit to distances, or with a cache, only the losses before the tuning.
    """
    model = with_scaling(trained(seed, steps), scaling)
    if limit:
        return spans(with_distances(model, limit))
    if cached:
        return spans(token_by_token(model))
    numbers = spans(model)
    numbers["after a gap"] = [loss_after_gap(model, pieces(LENGTH, "validation")[:rows], gap) for gap in GAPS]
    numbers["far, window"] = spans(with_window(model, LENGTH))["far"]
    after = spans(train(model, tuning_steps, seed, tuning_length, tuning_rate))
    return numbers | {f"tuned {name}": after[name] for name in ("loss", "within", "far")}


STUDY = Study(
    measure=measure,
    arms={
        "plain": {},
        "interpolation": {"scaling": LinearScaling(factor=4.0)},
        "NTK": {"scaling": DynamicNtkScaling(factor=1.0, original_length=LENGTH)},
        "NTK, factor 4": {"scaling": DynamicNtkScaling(factor=4.0, original_length=LENGTH)},
        "YaRN": {"scaling": YarnScaling(factor=4.0, original_length=LENGTH)},
        "YaRN, not longer": {"scaling": YarnScaling(factor=4.0, original_length=LENGTH, magnitude=1.0)},
        "two fastest pairs slower": {"scaling": Slower((4, 4, 1, 1, 1, 1, 1, 1))},
        "pair 3 slower": {"scaling": Slower((1, 1, 1, 4, 1, 1, 1, 1))},
        "five slowest pairs slower": {"scaling": Slower((1, 1, 1, 4, 4, 4, 4, 4))},
        "plain, tuned on 64": {"tuning_length": LENGTH},
        "distances up to 63": {"limit": LENGTH - 1},
        "distances up to 47": {"limit": 47},
        "NTK, with a cache": {"scaling": Growing(1.0), "cached": True},
        "NTK, factor 4, with a cache": {"scaling": Growing(4.0), "cached": True},
    },
    loaders=(load_stories,),
    toy={"steps": 1, "tuning_steps": 1, "rows": 2},
)
