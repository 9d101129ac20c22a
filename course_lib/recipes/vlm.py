"""The recipe of the model that sees: connector and chat model learn to answer (slide "Instruction Fine Tuning")."""

from dataclasses import asdict

import torch

from course_lib.evaluation import evaluate_vlm
from course_lib.models import load_model
from course_lib.objectives import TokenPrediction
from course_lib.recipes.connector import newborn
from course_lib.recipes.seeing import (
    descriptions,
    first_pictures,
    instructions,
    see,
    visual_batches,
    visual_scores,
)
from course_lib.recipes.workshop import plain, planned, produce, unfinished
from course_lib.training import Plan, Trainer

PLAN = Plan(steps=2400, learning_rate=2e-3)
TOKENS_PER_BATCH = 2048
START = "connector"
EVALUATED, SAMPLED = 500, 100  # pictures: for the card, and for each line of the log


def train_vlm(source="world", *, out, minutes=None, seed=0, report=print):
    """Train a model that sees on the dialogues of `source` (see `load_visual_dialogues`), and write it to `out`.

    It starts from the shipped CLIP, connector and chat model; CLIP's tower stays as it is. The little world's captions
    are among what it learns, too. Arguments and result as in `train_translator`.
    """
    out, plan = unfinished(out), planned(PLAN, minutes, seed)
    model, template, processor = newborn(seed)
    [connector] = load_model(START)
    model.connector.load_state_dict(connector.state_dict())
    model.train_only("connector", "text")
    rows = instructions(source, "train")
    if source == "world":
        rows = {name: column + descriptions(source, "train")[name] for name, column in rows.items()}
    held_out = first_pictures(instructions(source, "validation"), EVALUATED)
    features = see(held_out, model, processor)
    trainer = Trainer(
        model,
        visual_batches(rows, model, template, processor, TOKENS_PER_BATCH, seed),
        TokenPrediction(),
        plan,
        evaluate=visual_scores(template, features[:SAMPLED], held_out["texts"][:SAMPLED]),
        folder=out,
        description={"source": str(source), "dialogues": len(rows["texts"]), **asdict(model.config)},
        report=report,
    )

    def describe():
        blank = torch.zeros_like(features)
        return {
            "model": f"vision-language model, {model.num_parameters():,} parameters, of clip, {START} and chat",
            "source": str(source),
            "training dialogues": len(rows["texts"]),
            "plan": plan.as_dict(),
            "validation": plain(evaluate_vlm(model, template, features, held_out["texts"])),
            "validation without seeing": plain(evaluate_vlm(model, template, blank, held_out["texts"])),
        }

    return produce(trainer, model, [template.tokenizer, processor], out, describe)
