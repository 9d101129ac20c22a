"""What do the alternatives to attention cost a small decoder, and what do they remember from far away?

All decoders have two layers and as many parameters that a token meets, by the width of the feed-forward networks;
but one has a layer of attention alone.
They read the same stories for as many steps. Then new ones of the same kind learn to recall: they read who owns which
of some things, one token for each, then tokens that say nothing, then things; and name the owner of each.
"""

import statistics
import time
from typing import Any

import torch
import torch.nn.functional as F

from course_lib.data import load_stories, predict_next, text_batches
from course_lib.evaluation.language_model import score_texts
from course_lib.models import (
    AttentionMixer,
    DeltaMixer,
    Experts,
    LatentMixer,
    LinearMixer,
    Llm,
    LlmConfig,
    SharedKVMixer,
)
from course_lib.nn import MixtureOfExperts
from course_lib.objectives import TokenPrediction, WithAuxiliary
from course_lib.workshop.studies.harness import descend, fit, percent
from course_lib.workshop.studies.reading import ids, tokenizer
from course_lib.workshop.studies.study import Numbers, Study

THINGS, OWNERS, PAIRS, GAP, ASKED = 64, 16, 16, 16, 8
LONG = 512  # tokens that are in the cache where memory and time are measured
FULL, DELTA = AttentionMixer(), DeltaMixer(num_heads=2, d_key=16, d_value=16)
LATENT = LatentMixer(d_latent=12, d_content=16)
EXPERTS = Experts(num_experts=8, num_active=2)
MIXERS = {
    "attention": (FULL,) * 2,
    "shared": (FULL, SharedKVMixer(layer=0)),
    "latent": (LATENT,) * 2,
    "linear": (LinearMixer(),) * 2,
    "delta": (DELTA,) * 2,
    "hybrid": (DELTA, FULL),
    "attention first": (FULL, DELTA),
    "attention alone": (FULL,),
}


def beginnings(split: str, count: int) -> list[list[int]]:
    """The first tokens of the first stories."""
    return [story[:48] for story in ids(split)[:count]]


def evaluation_set() -> list[list[int]]:
    """Those of 100 stories that nobody has read."""
    return beginnings("validation", 100)


def new_decoder(vocab_size: int, d_ff: int, **changes: Any) -> Llm:
    """A decoder of width 32 with random weights; two layers, unless the `changes` of an arm say otherwise."""
    sizes = {"d_model": 32, "num_heads": 2, "num_kv_heads": 2, "num_layers": 2, "max_length": 1024}
    return Llm(LlmConfig(vocab_size=vocab_size, d_ff=d_ff, **sizes | changes))


def mixtures(model: Llm) -> list[MixtureOfExperts]:
    """Those of its feed-forward networks that are mixtures."""
    return [layer.feed_forward for layer in model.layers if isinstance(layer.feed_forward, MixtureOfExperts)]


def active_parameters(model: Llm) -> int:
    """How many numbers a token meets: of the experts, only those that it visits."""
    sizes = [(len(part.experts) - part.num_active, part.experts[0]) for part in mixtures(model)]
    return model.num_parameters() - sum(idle * sum(p.numel() for p in expert.parameters()) for idle, expert in sizes)


@torch.no_grad()
def busiest(model: Llm) -> dict[str, float]:
    """Of all visits to the experts of a layer, the percents that go to the busiest; the mean over the layers."""
    visits = []
    hooks = [
        part.register_forward_pre_hook(lambda part, x: visits.append(part.route(x[0].flatten(0, 1))[2]))
        for part in mixtures(model)
    ]
    model(predict_next(evaluation_set()).tokens)
    for hook in hooks:
        hook.remove()
    shares = [100 * chosen.flatten().bincount(minlength=EXPERTS.num_experts) / chosen.numel() for chosen in visits]
    return {"busiest": float(torch.stack(shares).amax(dim=1).mean())} if shares else {}


@torch.no_grad()
def state_and_time(model: Llm, other: Llm, rounds: int) -> Numbers:
    """The bytes kept after 512 tokens; and the processor's time for the next, where the same of `other` takes 1."""
    caches, times = [], {model: [], other: []}
    for each in times:
        caches.append(each.new_cache())
        each(torch.randint(5, 900, (1, LONG)), cache=caches[-1])
    held = sum(layer.nbytes for layer in caches[0].layers)
    if rounds == 0:
        return {"bytes": held}
    for _ in range(rounds):
        for each, kept in zip(times, caches, strict=True):
            started = time.process_time()
            each(torch.full((1, 1), 7), cache=kept)
            times[each].append(time.process_time() - started)
    return {"bytes": held, "time": statistics.median(times[model]) / statistics.median(times[other])}


def draw_pairs(rows: int, pairs: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Two token ids for each place, whose vectors are added: a thing and its owner, or nothing; and the answers."""
    things = torch.rand(rows, THINGS).argsort(dim=1)[:, :pairs]
    owners = torch.randint(OWNERS, (rows, pairs)) + THINGS
    asked, nothing = torch.rand(rows, pairs).argsort(dim=1)[:, :ASKED], THINGS + OWNERS
    first = torch.cat([things, torch.full((rows, GAP), nothing), things.gather(1, asked)], dim=1)
    second = torch.cat([owners, torch.full((rows, first.shape[1] - pairs), nothing)], dim=1)
    return first, second, owners.gather(1, asked)


def answer(model: Llm, first: torch.Tensor, second: torch.Tensor, asked: int) -> torch.Tensor:
    """Logits at the last places."""
    return model.logits(model.hidden(model.embedding(first) + model.embedding(second))[:, -asked:])


def recall(model: Llm, steps: int, weight: float) -> list[float]:
    """Percents of right owners, of 4, 8, 16 and 32 pairs, after a training with 16; `weight` as in `measure`."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2, betas=(0.9, 0.98), fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 1e-2, total_steps=steps, anneal_strategy="linear")

    def loss():
        *read, owners = draw_pairs(32, PAIRS)
        loss = F.cross_entropy(answer(model, *read, owners.shape[1]).flatten(0, 1), owners.flatten())
        return loss + weight * sum(part.auxiliary_loss for part in mixtures(model))

    descend(optimizer, loss, steps, schedule)
    return [percent_right(model.eval(), pairs) for pairs in (4, 8, 16, 32)]


@torch.no_grad()
def percent_right(model: Llm, pairs: int) -> float:
    """How many of the answers are right, chance is about 6."""
    *read, owners = draw_pairs(128, pairs)
    return percent(answer(model, *read, owners.shape[1]).argmax(dim=-1) == owners)


def measure(
    seed: int = 0,
    d_ff: int = 64,
    weight: float = 0.05,
    kind: str = "attention",
    window: int | None = None,
    d_head: int | None = None,
    experts: Experts | None = None,
    steps: int = 60,
    recall_steps: int = 300,
    rounds: int = 12,
) -> Numbers:
    """The loss on stories, what is kept of a text and the time of a token; and recall."""
    mixers = MIXERS[kind]
    changes = {"mixers": mixers, "num_layers": len(mixers), "window_sizes": (window,) * len(mixers)}
    changes |= {"d_head": d_head, "experts": experts}
    vocab_size = len(tokenizer())
    model = new_decoder(vocab_size, d_ff, **changes)
    untrained = {f"{name}, untrained": share for name, share in busiest(model.eval()).items()}
    objective = WithAuxiliary(TokenPrediction(), weight) if experts else TokenPrediction()
    fit(model, text_batches(beginnings("train", 4000), predict_next, 16 * 48, seed), objective, steps, 1e-2, seed)
    numbers = {"loss": score_texts(model, evaluation_set()).loss, "active": active_parameters(model)}
    numbers |= {"parameters": model.num_parameters()} | busiest(model) | untrained
    numbers |= state_and_time(model, new_decoder(vocab_size, 64).eval(), rounds)
    numbers["recall"] = recall(new_decoder(THINGS + OWNERS + 1, d_ff, **changes), recall_steps, weight)
    return numbers


STUDY = Study(
    measure=measure,
    arms={
        "attention": {},
        "window of 9": {"window": 9},
        "shared caches": {"d_ff": 75, "kind": "shared"},
        "latents": {"d_ff": 65, "kind": "latent", "d_head": 8},
        "linear": {"kind": "linear"},
        "delta": {"d_ff": 48, "kind": "delta"},
        "hybrid": {"d_ff": 56, "kind": "hybrid"},
        "hybrid, attention first": {"d_ff": 56, "kind": "attention first"},
        "one layer of attention": {"d_ff": 56, "kind": "attention alone"},
        "experts": {"d_ff": 31, "experts": EXPERTS},
        "experts, left alone": {"d_ff": 31, "experts": EXPERTS, "weight": 0.0},
    },
    loaders=(load_stories,),
    timed=("time",),
    toy={"steps": 1, "recall_steps": 4, "rounds": 0},
)
