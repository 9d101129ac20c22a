"""Useful tokens per second of training a decoder of 6 layers of 384: ours against the Llama of transformers.

Wanted: 1.2 times theirs in float32, 1.6 times under bfloat16 autocast; and after 300 steps the same loss within 1 %.
"""

import copy
from functools import partial
from typing import TYPE_CHECKING

import torch
from torch import nn

from course_lib.data import Batches, CharacterTokenizer, window_batches
from course_lib.objectives import TokenPrediction
from course_lib.training import Plan, Trainer
from course_lib.workshop.benchmarks.characters import Objective, read
from course_lib.workshop.benchmarks.options import Options
from course_lib.workshop.benchmarks.rounds import Table, compare, take_turns
from course_lib.workshop.benchmarks.writers import new_llama, score_theirs
from course_lib.workshop.convert import llm_from_hugging_face

if TYPE_CHECKING:  # slow to import
    pass

CONTEXT, ROWS = 256, 8
SIZES = {
    "hidden_size": 384,
    "intermediate_size": 1024,
    "num_hidden_layers": 6,
    "num_attention_heads": 6,
    "num_key_value_heads": 6,
    "tie_word_embeddings": True,
}
STEPS, TURN = 300, 3  # of the whole training, and at once


def measure(options: Options) -> Table:
    """Both start from the same weights, and see the same windows in the same loop, with the same optimizer.

    `ratio` is to theirs in float32, and `ratio_alike` to theirs in the same precision.
    """
    train, held_out = read(options.text)
    tokenizer = CharacterTokenizer(train + held_out)
    batches = window_batches(tokenizer.encode(train), CONTEXT, ROWS)
    theirs = new_llama(**SIZES, vocab_size=len(tokenizer), max_position_embeddings=CONTEXT)
    ours = llm_from_hugging_face(theirs.state_dict(), theirs.config.to_dict())
    contestants = {
        f"{name}, {kind}": (model, precision(objective))
        for kind, precision in {"bfloat16": in_bfloat16, "float32": lambda objective: objective}.items()
        for name, (model, objective) in {"Llm": (ours, TokenPrediction()), "Llama": (theirs, score_theirs)}.items()
    }
    runs = {name: partial(rate, batches, *contestant) for name, contestant in contestants.items()}
    rates = take_turns(options.rounds, runs)
    rows = compare(rates, "tokens_per_second")
    alike = [row["ratio"] for kind in ("bfloat16", "float32") for row in compare(pair(rates, kind), "rate")]
    losses = [final_loss(batches, *contestant) for contestant in contestants.values()]
    return [
        row | {"ratio_alike": ratio, f"loss_after_{STEPS}": loss}
        for row, ratio, loss in zip(rows, alike, losses, strict=True)
    ]


def pair(rates: dict[str, list[float]], kind: str) -> dict[str, list[float]]:
    """The rates of both in one precision."""
    return {name: values for name, values in rates.items() if name.endswith(kind)}


def in_bfloat16(objective: Objective) -> Objective:
    """The objective under autocast: products of matrices in bfloat16, weights and sums in float32."""

    def run(model, batch):
        with torch.autocast(batch.labels.device.type, torch.bfloat16):
            return objective(model, batch)

    return run


def rate(batches: Batches, model: nn.Module, objective: Objective) -> float:
    """Tokens per second of a short training, after which the model is as it was."""
    plan = Plan(steps=TURN, learning_rate=0.0, weight_decay=0.0, evaluations=1)
    return Trainer(model, batches, objective, plan).train()[-1]["tokens_per_second"]


def final_loss(batches: Batches, model: nn.Module, objective: Objective) -> float:
    """The loss per character over the last tenth of a whole training of a copy of the model."""
    plan = Plan(steps=STEPS, learning_rate=1e-3, evaluations=10)
    return Trainer(copy.deepcopy(model), batches, objective, plan).train()[-1]["loss"]
