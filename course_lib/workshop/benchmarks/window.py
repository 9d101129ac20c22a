"""Milliseconds per token late and early in a text, with windows; and the bytes of caches, by formula and as they are.

Wanted: with windows of 256, a token at position 4,000 takes at most 1.3 times as long as one at position 300; and the
formula holds to the byte.
"""

import time
from functools import partial
from statistics import median

import torch

from course_lib.errors import CourseError
from course_lib.generation import TextDecoding
from course_lib.models import Llm, LlmConfig
from course_lib.models.base import Model
from course_lib.workshop.benchmarks.options import Options
from course_lib.workshop.benchmarks.rounds import Table, take_turns
from course_lib.workshop.fast import fuse

EARLY, LATE, WINDOW, STEPS = 300, 4000, 256, 20
SIZES = {"vocab_size": 2000, "d_model": 128, "num_layers": 4, "num_heads": 4, "num_kv_heads": 2}


def measure(options: Options) -> Table:
    """Per model, a step early and a step late take turns; `ratio` is late by early."""
    rows = []
    for name, window in {f"window {WINDOW}": WINDOW, "no window": None}.items():
        model = Llm(LlmConfig(**SIZES, window_sizes=(window,) * SIZES["num_layers"], max_length=2 * LATE)).eval()
        for way, contestant in {"fused": fuse(model), "not fused": model}.items():
            row = late_and_early(contestant, options.rounds) | {"cache_bytes": checked_bytes(contestant, EARLY)}
            rows.append({"name": f"{name}, {way}", **row})
    return rows


def late_and_early(model: Model, rounds: int) -> dict[str, float]:
    """The row of a model."""
    places = {"early": EARLY, "late": LATE}
    decodings = {name: reading(model, place) for name, place in places.items()}
    took = take_turns(rounds, {name: partial(milliseconds, decoding) for name, decoding in decodings.items()})
    return {
        **{f"ms_at_{place}": median(took[name]) for name, place in places.items()},
        "ratio": median(late / early for late, early in zip(took["late"], took["early"], strict=True)),
    }


@torch.inference_mode()
def reading(model: Model, place: int) -> TextDecoding:
    """The model behind `place` random tokens, which it reads in pieces."""
    decoding = TextDecoding(model)
    for piece in torch.randint(SIZES["vocab_size"], (1, place)).split(WINDOW, dim=1):
        decoding.next_logits(piece)
    return decoding


@torch.inference_mode()
def milliseconds(decoding: TextDecoding) -> float:
    """The time of one step, as the mean of a few."""
    token, started = torch.tensor([[1]]), time.perf_counter()
    for _ in range(STEPS):
        decoding.next_logits(token)
    return 1000 * (time.perf_counter() - started) / STEPS


@torch.inference_mode()
def checked_bytes(model: Model, length: int) -> int:
    """The bytes of the cache behind a text that is read at once, from its tensors.

    Raises:
        CourseError: the formula says something else: 2 K E numbers of 4 bytes for each layer and token, of which there
            are as many as the window has, or else the text.
    """
    cache = model.new_cache()
    model(torch.randint(SIZES["vocab_size"], (1, length)), cache=cache)
    measured = sum(layer.nbytes for layer in cache.layers)
    tokens = sum(window or length for window in model.config.window_sizes)
    formula = 2 * model.config.num_kv_heads * (model.config.d_model // model.config.num_heads) * 4 * tokens
    if measured != formula:
        raise CourseError(f"by formula the cache has {formula:,} bytes, its tensors have {measured:,}")
    return measured
