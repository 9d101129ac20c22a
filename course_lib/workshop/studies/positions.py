"""What do four kinds of position do for a small decoder, and what can a probe read of them, layer by layer?

The decoder reads stories of the little world, one character at a time, in pieces that begin anywhere. It is trained
with pieces of 64 characters, and asked with pieces of 64 and of 256. RoPE turns queries and keys; waves and a learned
table are added to the input, all vectors about as long as those of the characters; "none" does neither.
"""

import torch
from torch import nn

from course_lib.data import load_stories, predict_next, text_batches
from course_lib.data.story_characters import pieces
from course_lib.evaluation.positions import loss_by_position
from course_lib.evaluation.probes import fit_probe
from course_lib.models import Llm
from course_lib.models.character_decoder import LENGTH, new_decoder
from course_lib.objectives import TokenPrediction
from course_lib.workshop.studies.harness import fit, percent
from course_lib.workshop.studies.study import Numbers, Study

GROUP = 16  # positions that a point of a curve is the mean of


def train(model: Llm, steps: int, seed: int, length: int = LENGTH, rate: float = 8e-3) -> Llm:
    """Train on pieces of that length, 1,536 characters a step."""
    return fit(
        model, text_batches(pieces(length), predict_next, 24 * LENGTH, seed), TokenPrediction(), steps, rate, seed
    )


def held_out_loss(model: Llm, length: int = LENGTH) -> torch.Tensor:
    """The loss at each position of held-out pieces."""
    return loss_by_position(model, pieces(length, "validation")[:64])


@torch.no_grad()
def states(model: Llm, tokens: torch.Tensor) -> list[torch.Tensor]:
    """What goes into each layer, and what comes out of the last one: B T D each."""
    kept = []
    blocks = [*model.layers, model.norm]
    hooks = [block.register_forward_pre_hook(lambda block, args: kept.append(args[0])) for block in blocks]
    model.hidden(tokens)
    for hook in hooks:
        hook.remove()
    return kept


def read_positions(model: Llm, rows: int = 40) -> torch.Tensor:
    """For each of `states`: how often a probe names the position exactly, in percent, and its mean error.

    Position 0 holds <bos> and is left out. The probe is judged on other pieces than those it was trained on.
    """
    known, unseen = (predict_next(pieces(LENGTH, split)[:rows]).tokens for split in ("train", "validation"))
    found, true = [], torch.arange(LENGTH - 1).repeat(rows)
    for x, y in zip(states(model, known), states(model, unseen), strict=True):
        probe = fit_probe(x[:, 1:].flatten(0, 1), true)
        wrong = (probe.predict(y[:, 1:].flatten(0, 1)) - true).abs().float()
        found.append([percent(wrong == 0), float(wrong.mean())])
    return torch.tensor(found).T


def loss_without(model: Llm, layer: nn.Module) -> float:
    """The loss within the trained length while this layer turns nothing."""
    attention = layer.self_attention
    rotary, attention.rotary = attention.rotary, None
    loss = float(held_out_loss(model).mean())
    attention.rotary = rotary
    return loss


def spans(model: Llm) -> Numbers:
    """Of the losses at 256 positions: the curve, and the means of 0 to 63, of 64 to 111 and of 192 to 255."""
    loss = held_out_loss(model, 4 * LENGTH)
    return {
        "loss": loss.unflatten(0, (-1, GROUP)).mean(dim=1).tolist(),
        "within": float(loss[:LENGTH].mean()),
        "next": float(loss[LENGTH : LENGTH + 48].mean()),
        "far": float(loss[-LENGTH:].mean()),
    }


def measure(
    seed: int = 0,
    kind: str = "RoPE",
    loudness: float = 1.0,
    base: float = 10_000.0,
    steps: int = 300,
    rows: int = 40,
) -> Numbers:
    """Losses; what a probe finds in the states and how long these are; losses where one layer turns nothing."""
    model = new_decoder(kind, loudness, rope_base=base).eval()
    if steps:
        train(model, steps, seed)
    exact, wrong = read_positions(model, rows)
    known = predict_next(pieces(LENGTH, "validation")[:rows]).tokens
    return spans(model) | {
        "exact": exact.tolist(),
        "wrong": wrong.tolist(),
        "length": [float(x.norm(dim=-1).mean()) for x in states(model, known)],
        "all turn": float(held_out_loss(model).mean()),
        "without": [loss_without(model, layer) for layer in model.layers],
    }


STUDY = Study(
    measure=measure,
    arms={
        "RoPE": {},
        "learned": {"kind": "learned"},
        "waves": {"kind": "waves"},
        "none": {"kind": "none"},
        "waves, six times as long": {"kind": "waves", "loudness": 6.0},
        "none, untrained": {"kind": "none", "steps": 0},
        "RoPE, untrained": {"steps": 0},
        "RoPE, base 14": {"base": 14.0},  # each pair makes a full turn within the trained length
    },
    loaders=(load_stories,),
    toy={"steps": 1, "rows": 2},
)
