"""The recipe of the model that sees: connector and chat model learn to answer (slide "Instruction Fine Tuning")."""

from dataclasses import asdict
from shutil import rmtree

import torch

from course_lib.evaluation import evaluate_vlm
from course_lib.models import load_model
from course_lib.objectives import TokenPrediction
from course_lib.recipes.connector import newborn
from course_lib.recipes.seeing import (
    descriptions,
    first_pictures,
    instructions,
    joined,
    see,
    visual_batches,
    visual_scores,
    yes_no_questions,
)
from course_lib.recipes.workshop import plain, planned, produce, unfinished
from course_lib.training import Plan, Trainer

WHAT = Plan(steps=2400, learning_rate=2e-3)  # for questions of all kinds, and descriptions
WHETHER = Plan(steps=4000, learning_rate=1e-3, average=0.99)  # for these questions, and many yes/no questions
PLAN = Plan(steps=1500, learning_rate=1e-3, average=0.99, evaluations=5)  # for all together
TOKENS_PER_BATCH = 2048
START = "connector"
EVALUATED, SAMPLED = 500, 100  # pictures: for the card, and for each line of the log


def train_vlm(source="world", *, out, minutes=None, seed=0, report=print):
    """Train a model that sees on the dialogues of `source` (see `load_visual_dialogues`), and write it to `out`.

    It starts from the shipped CLIP, connector and chat model; CLIP's tower stays as it is. Of the little world it also
    learns the captions, and then many yes/no questions. Whether something is there is harder to say than what is there:
    only a model that can do the latter learns it, and faster without the captions. So there are three plans, each with
    a third of the minutes. Arguments and result as in `train_translator`.
    """
    out, share = unfinished(out), minutes and minutes / 3
    what, whether, plan = (planned(plan, share, seed) for plan in (WHAT, WHETHER, PLAN))
    model, template, processor = newborn(seed)
    [connector] = load_model(START)
    model.connector.load_state_dict(connector.state_dict())
    model.train_only("connector", "text")
    easy, hard, everything = rows_for_training(source)
    held_out = first_pictures(instructions(source, "validation"), EVALUATED)
    features = see(held_out, model, processor)

    def trainer(rows, plan, folder):
        return Trainer(
            model,
            visual_batches(rows, model, template, processor, TOKENS_PER_BATCH, seed),
            TokenPrediction(),
            plan,
            evaluate=visual_scores(template, features[:SAMPLED], held_out["texts"][:SAMPLED]),
            folder=folder,
            description={"source": str(source), "dialogues": len(rows["texts"]), **asdict(model.config)},
            report=report,
        )

    trainer(easy, what, out / "what").train()
    trainer(hard, whether, out / "whether").train()

    def describe():
        blank = torch.zeros_like(features)
        return {
            "model": f"vision-language model, {model.num_parameters():,} parameters, of clip, {START} and chat",
            "source": str(source),
            "training dialogues": len(everything["texts"]),
            "plan": {"what": what.as_dict(), "whether": whether.as_dict(), "together": plan.as_dict()},
            "validation": plain(evaluate_vlm(model, template, features, held_out["texts"])),
            "validation without seeing": plain(evaluate_vlm(model, template, blank, held_out["texts"])),
        }

    card = produce(trainer(everything, plan, out), model, [template.tokenizer, processor], out, describe)
    if card:
        for folder in ("what", "whether"):
            rmtree(out / folder)
    return card


def rows_for_training(source):
    """What is learnt by each of the three plans. Of other sources than the little world it is always the same."""
    rows = instructions(source, "train")
    if source != "world":
        return rows, rows, rows
    described = descriptions(source, "train")
    comparisons = yes_no_questions(rows["images"], "train")
    return joined(rows, described), joined(rows, comparisons), joined(rows, comparisons, described)
