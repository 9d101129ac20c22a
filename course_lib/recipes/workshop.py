"""What all recipes do alike: an empty folder before, a model with its card after."""

from dataclasses import asdict, replace
from pathlib import Path

import torch

from course_lib.errors import CourseError
from course_lib.files import sha256, write_json
from course_lib.models import save_model


def unfinished(out):
    """The folder `out`, as a Path. Raises CourseError when it holds a finished model already."""
    if (Path(out) / "card.json").exists():
        raise CourseError(f"{out} already holds a finished model; choose another folder, or delete it")
    return Path(out)


def planned(plan, minutes=None, seed=0):
    """The plan with this seed, and with a budget in minutes if given."""
    budget = {} if minutes is None else {"minutes": minutes, "steps": None}
    return replace(plan, seed=seed, **budget)


def produce(trainer, model, preparers, out, describe, dtype=torch.float32):
    """Train, then write the model, what prepares its input, and its card to `out`, and clear the checkpoint away.

    `preparers` are a list with a `Tokenizer`, an `ImageProcessor`, or both, in the order of `save_model`.
    `describe` is a function that gives the card of the trained model, a dict; here it gets its history and digest.
    The weights are stored as `dtype`; the card is about the model that has these.

    Returns:
        The card; None on all processes but the main one.
    """
    history = trainer.train()
    if not trainer.accelerator.is_main_process:
        return None
    save_model(model.to(dtype), out, *preparers)
    model.float()
    card = {**describe(), "history": history, "sha256": sha256(out / "model.safetensors")}
    write_json(out / "card.json", card)
    trainer.checkpoint.path.unlink(missing_ok=True)
    return card


def plain(scores):
    """Scores by group as plain values, for a card."""
    return {group: asdict(group_scores) for group, group_scores in scores.items()}
