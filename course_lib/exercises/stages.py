"""25.5, What has moved? What a stage of training may change and what it did change, on a small model."""

import copy
from dataclasses import dataclass

import torch
from torch import nn

from course_lib.exercises.exercise import Exercise
from course_lib.exercises.solutions import Edit


class Trio(nn.Module):
    """Three parts, as in a vision-language model; one has a buffer beside its parameters."""

    def __init__(self, seed):
        super().__init__()
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            self.vision, self.text = (nn.Sequential(nn.Linear(3, 5), nn.Linear(5, size)) for size in (2, 3))
            self.connector = nn.Linear(2, 3)
            self.vision.register_buffer("mean", torch.randn(3))


@dataclass(frozen=True)
class Training:
    """Moves three tensors: rows of one change places, one bit of another changes, and all signs of the third."""

    rows: str
    bit: str
    signs: str

    @torch.no_grad()
    def __call__(self, model):
        tensors = model.state_dict()
        tensors[self.rows].copy_(tensors[self.rows].flip(0))
        first = tensors[self.bit].flatten()[:1]
        first.copy_(first.nextafter(first + 1))
        tensors[self.signs].mul_(-1)


def moving_cases(seed):
    trainings = (
        Training("connector.weight", "text.1.weight", "vision.1.bias"),
        Training("text.0.weight", "vision.0.weight", "connector.bias"),
        Training("text.1.bias", "connector.weight", "vision.mean"),
    )
    return [(Trio(seed + i).requires_grad_(i == 1), training) for i, training in enumerate(trainings)]


def freeze(model, stage):
    """Let stage 1 or 2 change what it may change, and nothing else; the model."""
    trained = {1: ["connector"], 2: ["connector", "text"]}[stage]
    for name, part in model.named_children():
        part.requires_grad_(name in trained)
    return model


def moved(model, train):
    """The names of the tensors that `train(model)` changes."""
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    train(model)
    return {name for name, tensor in model.state_dict().items() if not torch.equal(tensor, before[name])}


def try_both(functions, model, train):
    """What may change in stage 1, in stage 2, and in stage 1 again, and what did."""
    mine, proof = functions
    result, other = {}, copy.deepcopy(model)
    for stage in ("stage 1", "stage 2", "stage 1 again"):
        given = mine(other, int(stage[6]))
        result[stage] = parts_that_may_change(given) if isinstance(given, nn.Module) else given
    return result | {"moved": proof(copy.deepcopy(model), train)}


def parts_that_may_change(model):
    return {name for name, part in model.named_children() if all(p.requires_grad for p in part.parameters())}


def unless(same):
    """Another way to tell that a tensor has not moved."""
    return Edit(f"if not torch.equal(tensor, before[name]) → if not {same}")


MOVED = Exercise(
    id="25.5",
    title="Find the bug: what has moved?",
    points=3,
    truth=(freeze, moved),
    cases=moving_cases,
    run=try_both,
    mistakes=[
        ("stage 1: the language model is frozen", Edit('1: ["connector"] → 1: ["connector", "text"]')),
        ("stage 1: the vision encoder is never trained", Edit('1: ["connector"] → 1: ["vision", "connector"]')),
        ("stage 1: the connector learns", Edit('1: ["connector"] → 1: ["text"]')),
        ("stage 1: the connector learns", Edit('1: ["connector"] → 1: []')),
        (
            "stage 2: the vision encoder is never trained",
            Edit('2: ["connector", "text"] → 2: ["vision", "connector", "text"]'),
        ),
        ("stage 2: the connector goes on learning", Edit('2: ["connector", "text"] → 2: ["text"]')),
        ("stage 2: the language model learns, too", Edit('2: ["connector", "text"] → 2: ["connector"]')),
        ("what may change is still the same in each stage", Edit("part.requires_grad_(name in trained) → pass")),
        (
            "what was frozen stays frozen: say True as well as False",
            Edit("part.requires_grad_(name in trained) → name in trained or part.requires_grad_(False)"),
        ),
        (
            "moved: nothing moved between your two looks: copy before `train(model)`, look again after it",
            Edit("tensor.clone() → tensor"),
        ),
        (
            "moved: a mean stays when numbers change places",
            unless("tensor.double().mean() == before[name].double().mean()"),
        ),
        (
            "moved: a mean stays when numbers change places",
            unless("tensor.float().mean() == before[name].float().mean()"),
        ),
        ("moved: nearly the same is not the same: compare bit for bit", unless("tensor.allclose(before[name])")),
        ("moved: a sign can change, too", unless("tensor.abs().equal(before[name].abs())")),
        (
            "moved: only weights are compared; a bias can move, too",
            Edit('if not torch → if name.endswith("weight") and not torch'),
        ),
        (
            "moved: these are parts; asked for are their tensors",
            Edit('return {name for → return {name.split(".")[0] for'),
        ),
        ("moved: these are the tensors that did not move", Edit("if not torch → if torch")),
        (
            "moved: these may move; asked for is what did",
            Edit("if not torch.equal(tensor, before[name]) → if model.state_dict(keep_vars=True)[name].requires_grad"),
        ),
        (
            "moved: only parameters are compared; the state dict has buffers, too",
            Edit("if not torch → if name in dict(model.named_parameters()) and not torch"),
        ),
    ],
)
