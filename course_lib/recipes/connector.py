"""The recipe of the connector: what a frozen CLIP sees becomes words for a frozen chat model (slide "Pre-training")."""

from dataclasses import asdict

import torch

from course_lib.data import PLACEHOLDER, ChatTemplate
from course_lib.models import Connector, ConnectorConfig, Vlm, load_model
from course_lib.objectives import TokenPrediction
from course_lib.recipes.seeing import descriptions, visual_batches
from course_lib.recipes.workshop import planned, produce, unfinished
from course_lib.runtime import seed_everything
from course_lib.training import Plan, Trainer

PLAN = Plan(steps=300, learning_rate=3e-3, evaluations=5)
TOKENS_PER_BATCH = 2048
TOWER, START = "clip", "chat"


def train_connector(source="world", *, out, minutes=None, seed=0, report=print):
    """Train a connector on the captions of `source` (see `load_captions`), and write it alone to the folder `out`.

    Arguments and result as in `train_translator`.
    """
    out, plan = unfinished(out), planned(PLAN, minutes, seed)
    model, template, processor = newborn(seed)
    model.train_only("connector")
    held_out = visual_batches(descriptions(source, "validation"), model, template, processor, TOKENS_PER_BATCH, seed)
    trainer = Trainer(
        model,
        visual_batches(descriptions(source, "train"), model, template, processor, TOKENS_PER_BATCH, seed),
        TokenPrediction(),
        plan,
        evaluate=lambda model: {"held-out loss": mean_loss(model, held_out)},
        folder=out,
        description={"source": str(source), **asdict(model.config)},
        report=report,
    )

    def describe():
        return {
            "model": f"connector from {TOWER} to {START}, {model.connector.num_parameters():,} parameters",
            "source": str(source),
            "plan": plan.as_dict(),
            "validation": {"all": {"loss": mean_loss(model.eval(), held_out)}},
        }

    return produce(trainer, model.connector, [], out, describe)


def newborn(seed, kind="mlp"):
    """A `Vlm` of the shipped parts with a connector that has learnt nothing, its template and its processor."""
    clip, _, processor = load_model(TOWER)
    llm, tokenizer = load_model(START)
    seed_everything(seed)
    connector = Connector(ConnectorConfig(d_vision=clip.config.vision.d_model, d_model=llm.config.d_model, kind=kind))
    model = Vlm.from_parts(clip.vision, connector, llm)
    return model, ChatTemplate(tokenizer.with_special(PLACEHOLDER), model.config.num_visual_tokens), processor


@torch.no_grad()
def mean_loss(model, batches):
    """The loss per token over all batches, in nats."""
    device, objective = next(model.parameters()).device, TokenPrediction()
    losses = [objective(model, batches.batch(drawn).to(device)) for drawn in batches.epoch(0)]
    return float(sum(loss.total for loss in losses)) / sum(loss.count for loss in losses)
