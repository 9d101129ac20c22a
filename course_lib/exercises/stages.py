"""What a stage of training may change and what it did change, on a small model; with the ways to get it wrong."""

import copy
from dataclasses import dataclass

import torch
from torch import nn


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


def freeze(model, stage, first=("connector",), second=("connector", "text"), melt=True):
    for name, part in model.named_children():
        trained = name in (first if stage == 1 else second)
        if melt or not trained:
            part.requires_grad_(trained)
    return model


def moved(model, train, same=torch.equal, keep=torch.clone, kind="", name=lambda name: name):
    before = {key: keep(tensor) for key, tensor in model.state_dict().items() if key.endswith(kind)}
    train(model)
    return {name(key) for key in before if not same(before[key], model.state_dict()[key])}


def equal_means(a, b):
    return a.double().mean() == b.double().mean()


def moved_parameters(model, train):
    return moved(model, train) & {name for name, _ in model.named_parameters()}


def may_change(model, train=None):
    return {name for name, parameter in model.named_parameters() if parameter.requires_grad}


def try_both(functions, model, train):
    """What may change in stage 1, in stage 2, and in stage 1 again, and what did."""
    mine, proof = functions
    result, other = {}, copy.deepcopy(model)
    for stage in ("stage 1", "stage 2", "stage 1 again") if mine else ():
        given = mine(other, int(stage[6]))
        result[stage] = parts_that_may_change(given) if isinstance(given, nn.Module) else given
    return result | ({"moved": proof(copy.deepcopy(model), train)} if proof else {})


def parts_that_may_change(model):
    return {name for name, part in model.named_children() if all(p.requires_grad for p in part.parameters())}


def frozen(**changes):
    return lambda model, stage: freeze(model, stage, **changes), None


def proved(**changes):
    return None, lambda model, train: moved(model, train, **changes)


STAGE_MISTAKES = [
    ("stage 1: the language model is frozen", frozen(first=("connector", "text"))),
    ("stage 1: the connector learns", frozen(first=("text",))),
    ("stage 1: the connector learns", frozen(first=())),
    ("stage 2: the vision encoder is never trained", frozen(second=("vision", "connector", "text"))),
    ("stage 2: the connector goes on learning", frozen(second=("text",))),
    ("stage 2: the language model learns, too", frozen(second=("connector",))),
    ("what may change is still the same in each stage", (lambda model, stage: model, None)),
    ("what was frozen stays frozen: say True as well as False", frozen(melt=False)),
    ("moved: `before` is no copy: it changes with the model", proved(keep=lambda tensor: tensor)),
    ("moved: a mean stays when numbers change places", proved(same=equal_means)),
    ("moved: nearly the same is not the same: compare bit for bit", proved(same=torch.allclose)),
    ("moved: a sign can change, too", proved(same=lambda a, b: torch.equal(a.abs(), b.abs()))),
    ("moved: only weights are compared; a bias can move, too", proved(kind="weight")),
    ("moved: these are parts; asked for are their tensors", proved(name=lambda key: key.split(".")[0])),
    ("moved: these are the tensors that did not move", proved(same=lambda a, b: not a.equal(b))),
    ("moved: these may move; asked for is what did", (None, may_change)),
    ("moved: only parameters are compared; the state dict has buffers, too", (None, moved_parameters)),
]
