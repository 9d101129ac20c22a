"""Learning a text by its characters: the loss on its unseen part, and the time, against a Hugging Face GPT-2."""

import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import nn

from course_lib.data import Batches, CharacterTokenizer, TokenBatch, load_stories, window_batches, windows_in_order
from course_lib.models import Llm, LlmConfig
from course_lib.objectives import TokenLoss, TokenPrediction
from course_lib.runtime import seed_everything
from course_lib.training import Plan, Trainer
from course_lib.workshop.benchmarks.options import Options
from course_lib.workshop.benchmarks.rounds import Table, race, speed
from course_lib.workshop.benchmarks.writers import new_gpt2, score_theirs

if TYPE_CHECKING:  # slow to import
    import transformers

Objective = Callable[[nn.Module, TokenBatch], TokenLoss]

CONTEXT, ROWS = 64, 12
SIZES = {"d_model": 128, "num_heads": 4, "num_layers": 4}
PLAN = Plan(steps=2000, learning_rate=2e-3, weight_decay=0.1, evaluations=1)
TURN = 50  # steps that are timed at once
TRAINED_ON = 0.9  # the share of a single file


def measure(options: Options) -> Table:
    """Both models see the same windows in the same loop, with the same optimizer.

    The seconds are those of the whole training, one model after the other. The ratio of the speeds is that of short
    trainings in turns, since a busy machine may slow one long training more than the other.
    """
    train, held_out = read(options.text)
    tokenizer = CharacterTokenizer(train + held_out)
    batches = window_batches(tokenizer.encode(train), CONTEXT, ROWS)
    evaluation_set = windows_in_order(tokenizer.encode(held_out), CONTEXT, 10 * ROWS)
    contestants = {
        "Llm": (new_llm, TokenPrediction()),
        "Hugging Face GPT-2": (new_small_gpt2, score_theirs),
    }
    runs = {
        name: partial(steps_per_second, new_model(len(tokenizer)), batches, objective)
        for name, (new_model, objective) in contestants.items()
    }
    rows = race(options.rounds, "steps_per_second", runs)
    for row, (new_model, objective) in zip(rows, contestants.values(), strict=True):
        row |= full_training(new_model(len(tokenizer)), batches, objective, evaluation_set)
    return rows


def read(text: Path | str) -> Sequence[str]:
    """What is learned and what is held out, of a text file (its last tenth) or of the stories of a source."""
    if Path(text).is_file():
        whole = Path(text).read_text(encoding="utf-8")
        cut = int(TRAINED_ON * len(whole))
        return whole[:cut], whole[cut:]
    return ["\n\n".join(load_stories(text, split)["text"]) for split in ("train", "validation")]


def new_llm(vocab_size: int) -> Llm:
    """Our decoder; its feed-forward network has three matrices, of the size of the two of GPT-2 in all."""
    seed_everything(0)
    return Llm(LlmConfig(vocab_size=vocab_size, **SIZES, d_ff=344, num_kv_heads=SIZES["num_heads"], max_length=CONTEXT))


def new_small_gpt2(vocab_size: int) -> "transformers.GPT2LMHeadModel":
    """The model of the same shape in the library `transformers`."""
    shape = {"n_embd": SIZES["d_model"], "n_head": SIZES["num_heads"], "n_layer": SIZES["num_layers"]}
    off = dict.fromkeys(["resid_pdrop", "embd_pdrop", "attn_pdrop"], 0.0)
    return new_gpt2(vocab_size=vocab_size, n_positions=CONTEXT, **shape, **off)


def steps_per_second(model: nn.Module, batches: Batches, objective: Objective) -> float:
    """The speed of a short training, which goes on with the model as the last one left it."""
    steps = min(TURN, PLAN.steps)
    return speed(steps, Trainer(model, batches, objective, Plan(steps=steps, evaluations=1)).train)


def full_training(
    model: nn.Module, batches: Batches, objective: Objective, evaluation_set: Batches
) -> dict[str, float]:
    """Train by the plan: the seconds, and the loss per character of the text that was held out."""
    started = time.monotonic()
    Trainer(model, batches, objective, PLAN).train()
    return {"seconds": time.monotonic() - started, "held_out_loss": held_out_loss(model, objective, evaluation_set)}


@torch.no_grad()
def held_out_loss(model: nn.Module, objective: Objective, evaluation_set: Batches) -> float:
    """Nats per character, over all windows of `evaluation_set`."""
    model.eval()
    device = next(model.parameters()).device
    losses = [objective(model, evaluation_set.batch(drawn).to(device)) for drawn in evaluation_set.epoch(0)]
    return float(sum(loss.total for loss in losses)) / sum(loss.count for loss in losses)
