"""Exercises of lesson 20: a modern decoder."""

from dataclasses import dataclass

import torch

from course_lib.exercises.cases import dice, number, random_tensors, scattered
from course_lib.exercises.exercise import Exercise
from course_lib.exercises.lengths import ALTERNATING
from course_lib.exercises.out_and_in import OUT_AND_IN
from course_lib.exercises.solutions import Edit
from course_lib.exercises.units import of_bytes
from course_lib.exercises.values import ANY_OTHER, members


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


def wrong_step(change, *names):
    """What a change of the solution makes of some of its parts."""
    found = Edit(change).of(now)()
    return {name: found[name] for name in names}


# 20.2 A config a day

SHAPELESS = {"rope_theta", "sliding_window", "rms_norm_eps", "hidden_act"}


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
FAMILIES = {"A": "Gemma 3", "B": "Llama 3.1", "C": "Mistral", "D": "Qwen 2.5"}


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
        order = torch.randperm(len(made), generator=dice(seed + place))
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


def first_of(distance):
    """The first of all for which the distance is zero, nearly."""
    return lambda expected, logits_with, changes: next(
        name for name, change in changes.items() if distance(logits_with(change), expected) < 0.05
    )


def find(expected, logits_with, changes):
    """The name of the setting that was forgotten."""
    off = {name: float((logits_with(change) - expected).abs().max()) for name, change in changes.items()}
    return min(off, key=off.get)


EXERCISES = [
    Exercise(
        id="20.1",
        title="A fourth token",
        points=3,
        truth=now,
        tolerance=5e-3,
        mistakes=[
            *[("place 3 goes to 3 mod 2 = 1 of the ring, where flies stood", {"leaves": w}) for w in ("time", "fast")],
            (
                "the key is turned three times: (a, b) becomes (−b, a)",
                wrong_step("[[0.0, -1], [1, 0]] → [[1.0, 0], [0, 1]]", "key"),
            ),
            (
                "the fourth word stands at place 3, not at 2",
                wrong_step('"key": keys[-1] → "key": quarter.matrix_power(2) @ words[3, :2]', "key"),
            ),
            ("the key is (x0, x1); (x2, x3) is the value", wrong_step("[place, :2] → [place, 2:]", "key")),
            (
                "queries and keys have to be turned",
                wrong_step("[[0.0, -1], [1, 0]] → [[1.0, 0], [0, 1]]", "scores 1", "scores 2"),
            ),
            (
                "the query is turned by its own place, too",
                wrong_step("quarter.matrix_power(3) @ query → query", "scores 1", "scores 2"),
            ),
            ("the window is 2: only fast and now are seen", wrong_step("[2, 3] → [0, 1, 2, 3]", "scores 1")),
            ("in the order of the ring, fast stands first", wrong_step("[2, 3] → [3, 2]", "scores 1", "scores 2")),
            (
                "head 1 asks with (x0, x1), head 2 with (x2, x3)",
                wrong_step("(1, words[3, :2]) → (1, words[3, 2:])", "scores 1"),
            ),
            ("both heads ask with the same pair here", wrong_step("(2, words[3, 2:]) → (2, words[3, :2])", "scores 2")),
            ("the scores are divided by √2 before the softmax", wrong_step(" / 2**0.5 → ", "output 1", "output 2")),
            ("divided by E = 2; its root was meant", wrong_step("2**0.5 → 2", "output 1", "output 2")),
            (
                "turned the other way: (a, b) becomes (−b, a)",
                wrong_step("[[0.0, -1], [1, 0]] → [[0.0, 1], [-1, 0]]", "key"),
            ),
        ],
    ),
    Exercise(
        id="20.2",
        title="A config a day",
        points=2,
        truth=read,
        tolerance=1e-3,
        mistakes=[
            ("there is no head_dim, so E = D / H", {"E": 512}),
            ("the width of a head is D / H, not D", {"E": 2048}),
            ("H / K query heads share one: 16 / 4", {"share": 16}),
            ("each layer keeps at most a window of 2,048 tokens", {"cache": mib(tokens=32768)}),
            *[("keys and values: 2 · K · E", cache) for cache in caches(both=1)],
            *[("4 heads are kept, not 16", cache) for cache in caches(K=16)],
            *[("all 24 layers have a cache", cache) for cache in caches(layers=1)],
            *of_bytes(read(), "cache", "cache, no window"),
            *members(
                SHAPELESS,
                {
                    "num_key_value_heads": "k_proj has K · E rows: num_key_value_heads shows",
                    "num_hidden_layers": "each layer has tensors: num_hidden_layers shows",
                    **{key: f"{key} shows in no tensor's shape" for key in sorted(SHAPELESS)},
                },
                "no tensor shows",
            ),
        ],
    ),
    Exercise(
        id="20.3",
        title="Compare",
        points=2,
        truth=compared,
        tolerance=2e-2,
        mistakes=[
            ("A bends at 1,024, where most of its layers are full", {"A": ANY_OTHER}),
            ("B is straight: no windows, and 8 key-value heads", {"B": ANY_OTHER}),
            ("C ends flat: all layers have a window", {"C": ANY_OTHER}),
            ("D is the lower straight line: 4 key-value heads", {"D": ANY_OTHER}),
            ("a tick of the axis; A and B cross behind it", {"meet at": 4096}),
            *[("windows in five layers of six", {"layers with a window": n}) for n in (8, 48, 24)],
            ("at 1,024 tokens A bends; it is above B there", {"meet at": 1024}),
            ("a key of A has 256 numbers, one of B has 128", {"meet at": 40 * 1024 // 24}),
            ("only 40 of the 48 layers have the window; the other 8 keep all", {"meet at": 48 * 2 * 1024 // 32}),
        ],
    ),
    Exercise(
        id="20.4",
        title="The forgotten line",
        points=2,
        truth=find,
        cases=suspects,
        mistakes=[
            ("the first tokens are compared; a window shows later", first_of(lambda a, b: largest(a[:, :2], b[:, :2]))),
            (
                "the likeliest token is compared, not the logits",
                Edit(
                    "(logits_with(change) - expected).abs().max() → "
                    "(logits_with(change).argmax(dim=-1) != expected.argmax(dim=-1)).sum()"
                ),
            ),
            (
                "only the means are compared",
                Edit(
                    "(logits_with(change) - expected).abs().max() → "
                    "(logits_with(change).mean() - expected.mean()).abs().round(decimals=3)"
                ),
            ),
            ("this is the worst one: the smallest difference was meant", Edit("min(off → max(off")),
            ("nearly is not equal: this one differs in the third digit", first_of(largest)),
            (
                "the change is returned; asked for is its name",
                Edit("min(off, key=off.get) → changes[min(off, key=off.get)]"),
            ),
            (
                "only the first text is compared",
                Edit("(logits_with(change) - expected).abs() → (logits_with(change) - expected)[:1].abs()"),
            ),
            (
                "only the last token is compared",
                Edit("(logits_with(change) - expected).abs() → (logits_with(change) - expected)[:, -1].abs()"),
            ),
            (
                "only the first half of the text is compared; a window shows later",
                Edit(
                    "(logits_with(change) - expected).abs() → "
                    "(logits_with(change) - expected)[:, : expected.shape[1] // 2].abs()"
                ),
            ),
            (
                "a difference may be negative: take its size",
                Edit("(logits_with(change) - expected).abs().max() → (logits_with(change) - expected).max()"),
            ),
        ],
    ),
    ALTERNATING,
    OUT_AND_IN,
]
