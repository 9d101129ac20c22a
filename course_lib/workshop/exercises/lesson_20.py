"""Exercises of lesson 20: a modern decoder."""

import copy
from dataclasses import dataclass, replace

import torch

from course_lib.workshop.exercises.cases import number, random_tensors, rng, scattered
from course_lib.workshop.exercises.exercise import Exercise
from course_lib.workshop.exercises.units import of_bytes


# 20.1 A fourth token: "now" comes after "Time flies fast"
def now():
    words = torch.tensor([[1.0, 0, 0, 2], [1, 1, 2, 0], [0, 1, 1, 1], [2, 1, 0, 1]])
    quarter = torch.tensor([[0.0, -1], [1, 0]])  # (a, b) becomes (-b, a)
    seen = [2, 3]  # with a window of 2
    keys = torch.stack([quarter.matrix_power(place) @ words[place, :2] for place in seen])
    found = {"leaves": "flies", "key": keys[-1]}
    for head, query in ((1, words[3, :2]), (2, words[3, 2:])):
        scores = keys @ quarter.matrix_power(3) @ query
        found |= {f"scores {head}": scores, f"output {head}": (scores / 2**0.5).softmax(dim=0) @ words[seen, 2:]}
    return found


# 20.2 A config a day
def mib(K=4, E=128, tokens=2048, layers=24, both=2, each=2):
    return both * layers * K * E * tokens * each / 2**20


def caches(**changes):
    """Both caches of the config with one thing changed, one dict each."""
    return [{n: mib(tokens=t, **changes)} for n, t in (("cache", 2048), ("cache, no window", 32768))]


def read():
    return {
        "E": 128,
        "share": 4,
        "cache": 96,
        "cache, no window": 1536,
        "no tensor shows": {"sliding_window", "rope_theta", "rms_norm_eps", "hidden_act"},
    }


# 20.3 Compare: the cache of four families over the length of a text
# 32 layers of 128 numbers against 8 open ones and 40 windows of 256


def compared():
    return {
        "A": "Gemma 3",
        "B": "Llama 3.1",
        "C": "Mistral",
        "D": "Qwen 2.5",
        "layers with a window": 40,
        "meet at": 5120,
    }


# 20.4 The forgotten line
def suspects(seed):
    cases = []
    shapes = (2, 9, 5), (3, 7, 4), (1, 11, 6), (2, 8, 3), (3, 6, 5)
    for turned, place, shape in zip((0, 1, 2, 0, 1), (3, 3, 3, 6, 0), shapes, strict=True):
        true, noise, more = random_tensors(seed + shape[1], shape, shape, shape)
        late = torch.zeros(shape)
        late[:, -1, -1] = 3
        made = {
            "window": true
            - late * (noise if place in (0, 6) else noise.abs()),  # equal but for the last logit of a text
            "eps": true + 0.003 * noise,  # nearly the same, and the same likeliest tokens
            "base": 2 * true,  # the same likeliest tokens
            "cap": true + noise - noise.mean(),  # the same mean
            "activation": torch.cat([true[:-1], more[-1:]]),  # only the last text tells
            "norm": torch.cat([more[:, :-1], true[:, -1:]], dim=1),  # only the last token is the same
            "scale": true + 1e-6 * noise,  # the same, to rounding
        }
        others = [*list(made)[turned:6], *list(made)[:turned]]  # each of the first three is the first of these
        names = [*others[:place], "scale", *others[place:]]
        order = torch.randperm(len(made), generator=rng(seed + place))
        called = dict(zip(made, [list(made)[i] for i in order], strict=True))
        bench = Bench({called[name]: logits for name, logits in made.items()})  # another setting is right each time
        cases.append((scattered(true), bench, {called[name]: {called[name]: number(seed, 2, 9)} for name in names}))
    return cases


@dataclass
class Bench:
    """Computes the logits of a model in which one setting is changed."""

    made: dict

    def __call__(self, change):
        return self.made[next(iter(change))]


def largest(a, b):
    return (a - b).abs().max()


def find(expected, logits_with, changes):
    """The name of the setting that was forgotten."""
    off = {name: float((logits_with(change) - expected).abs().max()) for name, change in changes.items()}
    return min(off, key=off.get)


# 20.5 Alternating
def length_cases(seed):
    logits, more, slope = random_tensors(seed, (9, 20, 7), (2, 12, 5), (20, 1))
    labels, few = (torch.randint(v, (b, t), generator=rng(seed)) for b, t, v in ((9, 20, 7), (2, 12, 5)))
    return [(logits + slope * logits, labels, 5), (scattered(100 * more), few, 3), (3 * logits.double(), labels, 4)]


def within_and_beyond(logits, labels, trained):
    """B T V, B T -> the mean losses within and beyond."""
    log_p = logits.log_softmax(dim=-1)
    loss = -log_p.gather(-1, labels.unsqueeze(-1)).squeeze(-1).mean(dim=0)
    return {"within": loss[:trained].mean(), "beyond": loss[trained:].mean()}


# 20.6 Out and in
@dataclass(frozen=True)
class Toy:
    """Stands for a decoder: logits are means over a window, times a factor; from the 17th token on, `late` is added."""

    table: torch.Tensor
    window: int
    factor: float = 1.0
    late: float = 0.0

    def __call__(self, tokens):
        x = self.table[tokens]
        means = [x[:, max(0, t - self.window + 1) : t + 1].mean(dim=1) for t in range(x.shape[1])]
        late = self.late * (torch.arange(x.shape[1]) >= 16)[:, None]
        return self.factor * torch.stack(means, dim=1) + late


class Folder:
    """Stands for a folder, into which a model is exported."""


def store(model, folder):
    folder.model = copy.deepcopy(model)


def round_trips(seed):
    def load_as(**changes):
        def load(folder):
            return replace(folder.model, **changes)

        return load

    (table,) = random_tensors(seed, (11, 11))
    table[0, -1] = 9.0  # the largest logit by far, at the beginning of one row only
    tokens = torch.randint(1, 11, (2, 17), generator=rng(seed))
    tokens[0, 0] = 0
    model = Toy(table, number(seed, 5, 8))
    larger = [(tokens, changes) for changes in ({"window": 20}, {"factor": 1.01}, {"late": 0.1}, {})]
    smaller = (tokens.flip(0), {"factor": 0.99})
    return [(model, rows, Folder(), store, load_as(**changes)) for rows, changes in (*larger, smaller)]


def there_and_back(model, tokens, folder, export, load):
    """The largest difference of the logits after a way out and in."""
    export(model, folder)
    other = load(folder)
    return (other(tokens) - model(tokens)).abs().max()


EXERCISES = [
    Exercise(id="20.1", title="A fourth token", points=3, truth=now, tolerance=5e-3),
    Exercise(
        id="20.2",
        title="A config a day",
        points=2,
        truth=read,
        tolerance=1e-3,
        mistakes=[*of_bytes(read(), "cache", "cache, no window")],
    ),
    Exercise(id="20.3", title="Compare", points=2, truth=compared, tolerance=2e-2),
    Exercise(
        id="20.4",
        title="The forgotten line",
        points=2,
        truth=find,
        cases=suspects,
    ),
    Exercise(id="20.5", title="Alternating", points=2, truth=within_and_beyond, cases=length_cases),
    Exercise(id="20.6", title="Out and in", points=3, truth=there_and_back, cases=round_trips),
]
