"""The recipe of the model that sees: connector and chat model learn to answer (slide "Instruction Fine Tuning")."""

from dataclasses import asdict, dataclass
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
    practised,
    see,
    visual_batches,
    visual_scores,
)
from course_lib.recipes.workshop import plain, planned, produce, unfinished
from course_lib.training import Plan, Trainer

TOKENS_PER_BATCH = 2048
START = "connector"
EVALUATED, SAMPLED = 500, 100  # pictures: for the card, and for each line of the log


@dataclass(frozen=True)
class Stage:
    """A stage of the training: its plan, and what of the little world is learnt beside the dialogues.

    `captions`: whether its captions are. `practice`: the arguments of `practised` for more questions, or None.
    """

    plan: Plan
    captions: bool = False
    practice: dict | None = None

    def rows(self, source):
        """The dialogues to train on."""
        parts = [instructions(source, "train")]
        if source == "world" and self.captions:
            parts.append(descriptions(source, "train"))
        if source == "world" and self.practice is not None:
            parts.append(practised(parts[0]["images"], "train", **self.practice))
        return joined(*parts)


STEADY = {"learning_rate": 1e-3, "average": 0.99}
STAGES = {
    "what": Stage(Plan(steps=2400, learning_rate=2e-3), captions=True),
    "whether": Stage(Plan(steps=3500, **STEADY), practice={}),
    "worn": Stage(Plan(steps=2500, **STEADY), practice={"shirts": 6}),
    "premises": Stage(Plan(steps=2500, **STEADY), captions=True, practice={"shirts": 2, "premises": 2}),
    "together": Stage(Plan(steps=1200, **STEADY), captions=True, practice={"shirts": 2}),
}


def train_vlm(source="world", *, out, minutes=None, seed=0, report=print):
    """Train a model that sees on the dialogues of `source` (see `load_picture_dialogues`), and write it to `out`.

    It starts from the shipped CLIP, connector and chat model; CLIP's tower stays as it is. In the little world it first
    learns to say what is there, with the captions; then whether something is there; then whether it is worn; then what
    to say of something that isn't there; and last again all but that, which other data don't have. To compare what is
    asked with what is seen is learnt only by a model that sees, one comparison after the other. Of another source, all
    stages learn the same dialogues.

    The minutes are shared equally by the `STAGES`. Arguments and result as in `train_translator`.
    """
    out, share = unfinished(out), minutes and minutes / len(STAGES)
    model, template, processor = newborn(seed)
    [connector] = load_model(START)
    model.connector.load_state_dict(connector.state_dict())
    model.train_only("connector", "text")
    held_out = first_pictures(instructions(source, "validation"), EVALUATED)
    features = see(held_out, model, processor)
    plans = {name: planned(stage.plan, share, seed) for name, stage in STAGES.items()}

    def trainer(name, folder):
        rows = STAGES[name].rows(source)
        return Trainer(
            model,
            visual_batches(rows, model, template, processor, TOKENS_PER_BATCH, seed),
            TokenPrediction(),
            plans[name],
            evaluate=visual_scores(template, features[:SAMPLED], held_out["texts"][:SAMPLED]),
            folder=folder,
            description={"source": str(source), "dialogues": len(rows["texts"]), **asdict(model.config)},
            report=report,
        )

    def describe():
        blank = torch.zeros_like(features)
        return {
            "model": f"vision-language model, {model.num_parameters():,} parameters, of clip, {START} and chat",
            "source": str(source),
            "plan": {name: plan.as_dict() for name, plan in plans.items()},
            "validation": plain(evaluate_vlm(model, template, features, held_out["texts"])),
            "validation without seeing": plain(evaluate_vlm(model, template, blank, held_out["texts"])),
        }

    *first, last = STAGES
    for name in first:
        trainer(name, out / name).train()
    card = produce(trainer(last, out), model, [template.tokenizer, processor], out, describe)
    if card:
        for name in first:
            rmtree(out / name)
    return card
