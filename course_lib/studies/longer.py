"""How must RoPE turn in texts four times as long as in training, and what breaks where it turns as ever?

The decoder of the study `positions`, trained with pieces of 64 characters; its rotation is changed, and it reads pieces
of 256. Then it is trained for a few more steps.
"""

from copy import deepcopy
from dataclasses import dataclass
from functools import lru_cache

import torch

from course_lib.data import load_stories, predict_next
from course_lib.models import Llm
from course_lib.nn import DynamicNtkScaling, LinearScaling, Rotary, YarnScaling
from course_lib.runtime import seed_everything
from course_lib.studies.positions import LENGTH, loss_by_position, new_decoder, pieces, spans, train
from course_lib.studies.study import Numbers, Study

GAPS = range(0, 257, 32)  # positions left out in the middle of a piece


@dataclass(frozen=True)
class Slower:
    """Pair i turns `by[i]` times slower."""

    by: tuple[float, ...]

    magnitude = 1.0

    def __call__(self, frequencies: torch.Tensor, positions: torch.Tensor) -> torch.Tensor:
        """The frequencies of the pairs."""
        return frequencies / torch.tensor(self.by).to(frequencies)


@lru_cache(maxsize=1)
def trained(seed: int, steps: int) -> Llm:
    """The decoder, with RoPE as in training."""
    seed_everything(seed)
    model = new_decoder()
    train(model, steps, seed)
    return model


def with_scaling(model: Llm, scaling: object) -> Llm:
    """A copy of the decoder with other frequencies."""
    model = deepcopy(model)
    rotary = Rotary(LENGTH // 4, scaling=scaling)
    for layer in model.layers:
        layer.self_attention.rotary = rotary
    return model


def with_window(model: Llm, window: int) -> Llm:
    """A copy in which each layer sees so many characters: distances and numbers of keys are as in training."""
    model = deepcopy(model)
    for layer in model.layers:
        layer.self_attention.window = window
    return model


@torch.no_grad()
def loss_after_gap(model: Llm, gap: int, rows: int = 128) -> float:
    """The loss at the last 16 characters of a piece of 64, whose second half stands `gap` positions further on.

    As many keys as in training, the nearest of them where they were; but distances that training had not.
    """
    batch = predict_next(pieces(LENGTH, "validation")[:rows])
    here = torch.arange(LENGTH)
    positions = (here + gap * (here >= LENGTH // 2)).expand(len(batch.tokens), -1)
    log_p = model(batch.tokens, positions).log_softmax(dim=-1)
    return -float(log_p.gather(-1, batch.labels.unsqueeze(-1))[:, -16:].mean())


def measure(
    seed: int = 0,
    scaling: object = None,
    steps: int = 300,
    tuning_steps: int = 40,
    tuning_length: int = 4 * LENGTH,
    tuning_rate: float = 2e-3,
    rows: int = 128,
) -> Numbers:
    """Losses with this scaling, before and after the tuning; and two that tell angles from numbers of keys."""
    model = with_scaling(trained(seed, steps), scaling)
    numbers = spans(loss_by_position(model, 4 * LENGTH))
    numbers["after a gap"] = [loss_after_gap(model, gap, rows) for gap in GAPS]
    numbers["far, window"] = spans(loss_by_position(with_window(model, LENGTH), 4 * LENGTH))["far"]
    train(model, tuning_steps, seed, tuning_length, tuning_rate)
    after = spans(loss_by_position(model, 4 * LENGTH))
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
    },
    loaders=(load_stories,),
    toy={"steps": 1, "tuning_steps": 1, "rows": 2},
)
