"""Exercises of lesson 20: a modern decoder."""

import copy
from dataclasses import dataclass, replace

import torch

from course_lib.exercises.cases import dice, number, random_tensors, scattered
from course_lib.exercises.exercise import Exercise
from course_lib.exercises.lengths import LENGTH_MISTAKES, length_cases, within_and_beyond

# 20.1 A fourth token: "now" comes after "Time flies fast"
WORDS = {"Time": (1, 0, 0, 2), "flies": (1, 1, 2, 0), "fast": (0, 1, 1, 1), "now": (2, 1, 0, 1)}


def turn(pair, place):
    for _ in range(place):
        pair = -pair[1], pair[0]
    return pair


def step(seen=("fast", "now"), turned=True, scale=2**0.5, parts=((0, 2), (2, 4)), place=3, keys=slice(0, 2)):
    """What the fourth token gets, with one thing changed."""
    places = {name: p * turned for p, name in enumerate(WORDS)} | {"now": place * turned}
    x, found = WORDS["now"], {"leaves": "flies", "key": turn(WORDS["now"][keys], places["now"])}
    for head, (a, b) in enumerate(parts, start=1):
        query = turn(x[a:b], places["now"])
        pairs = [turn(WORDS[name][keys], places[name]) for name in seen]
        scores = torch.tensor([float(query[0] * k[0] + query[1] * k[1]) for k in pairs])
        values = torch.tensor([WORDS[name][2:] for name in seen]).float()
        found |= {f"scores {head}": scores, f"output {head}": (scores / scale).softmax(dim=0) @ values}
    return found


def wrong_step(*names, **changes):
    found = step(**changes)
    return {name: found[name] for name in names}


# 20.2 A config a day
SHOWN = {"D": 2048, "layers": 24, "H": 16, "K": 4, "window": 2048, "context": 32768}
SHAPELESS = {"rope_theta", "sliding_window", "rms_norm_eps", "hidden_act"}


def mib(K=4, E=128, tokens=2048, layers=24, both=2, each=2):
    return both * layers * K * E * tokens * each / 2**20


READ = {"E": 128, "share": 4, "cache": mib(), "cache, no window": mib(tokens=32768), "no tensor shows": SHAPELESS}


def caches(**changes):
    """Both caches of the config with one thing changed, one dict each."""
    return [{n: mib(tokens=t, **changes)} for n, t in (("cache", 2048), ("cache, no window", 32768))]


# 20.3 Compare: the cache of four families over the length of a text
CROSSING = 40 * 1024 // 8  # 32 layers of 128 numbers against 8 open ones and 40 windows of 256
FAMILIES = {"A": "Gemma 3", "B": "Llama 3.1", "C": "Mistral", "D": "Qwen 2.5"}
NAMES = set(FAMILIES.values())
COMPARED = FAMILIES | {"layers with a window": 40, "meet at": CROSSING}


# 20.4 The forgotten line
def suspects(seed):
    cases = []
    for turned, shape in enumerate(((2, 9, 5), (3, 7, 4), (1, 11, 6))):
        true, noise, more = random_tensors(seed + shape[1], shape, shape, shape)
        late = torch.zeros(shape)
        late[:, shape[1] // 2 :] = 1
        made = {
            "window": true - late * noise.abs(),  # equal as long as the text is short, and never larger
            "eps": true + 0.003 * noise,  # nearly the same, and the same likeliest tokens
            "base": 2 * true,  # the same likeliest tokens
            "cap": true + noise - noise.mean(),  # the same mean
            "activation": torch.cat([true[:-1], more[-1:]]),  # only the last text tells
            "scale": true + 1e-6 * noise,  # the same, to rounding
        }
        others = [*list(made)[turned:5], *list(made)[:turned]]  # each of the first three is once the first
        names = [*others[:3], "scale", *others[3:]]
        cases.append((scattered(true), Bench(made), {name: {name: number(seed, 2, 9)} for name in names}))
    return cases


@dataclass
class Bench:
    """Computes the logits of a model in which one setting is changed."""

    made: dict

    def __call__(self, change):
        return self.made[next(iter(change))]


def largest(a, b):
    return (a - b).abs().max()


def likeliest(a, b):
    return (a.argmax(dim=-1) != b.argmax(dim=-1)).sum()


def forgotten(expected, logits_with, changes, distance=largest, pick=min):
    return pick(changes, key=lambda name: float(distance(logits_with(changes[name]), expected)))


def found_by(distance, pick=min):
    return lambda *case: forgotten(*case, distance, pick)


def first_of(distance):
    """The first of all for which the distance is zero, nearly."""
    return lambda expected, logits_with, changes: next(
        name for name, change in changes.items() if distance(logits_with(change), expected) < 0.05
    )


# 20.6 Out and in
@dataclass(frozen=True)
class Toy:
    """Stands for a decoder: the logits of a token are the mean over a window, times a factor."""

    table: torch.Tensor
    window: int
    factor: float = 1.0

    def __call__(self, tokens):
        x = self.table[tokens]
        means = [x[:, max(0, t - self.window + 1) : t + 1].mean(dim=1) for t in range(x.shape[1])]
        return self.factor * torch.stack(means, dim=1)


def store(model, folder):
    folder["model"] = copy.deepcopy(model)


def round_trips(seed):
    def load_as(**changes):
        def load(folder):
            return replace(folder["model"], **changes)

        return load

    (table,) = random_tensors(seed, (11, 11))
    tokens = torch.randint(11, (2, 17), generator=dice(seed))
    model = Toy(table, number(seed, 5, 8))
    return [(model, tokens, {}, store, load_as(**c)) for c in ({"window": 20}, {"factor": 1.01}, {})]


def there_and_back(model, tokens, folder, export, load, distance=largest, length=None):
    export(model, folder)
    other = load(folder)
    return distance(other(tokens[:, :length]), model(tokens[:, :length]))


def compared_by(distance, length=None):
    return lambda *case: there_and_back(*case, distance, length)


def with_itself(model, tokens, folder, export, load):
    export(model, folder)
    return (model(tokens) - model(tokens)).abs().max()


EXERCISES = [
    Exercise(
        id="20.1",
        title="A fourth token",
        points=3,
        truth=step,
        tolerance=5e-3,
        mistakes=[
            *[("place 3 goes to 3 mod 2 = 1 of the ring, where flies stood", {"leaves": w}) for w in ("time", "fast")],
            ("the key is turned three times: (a, b) becomes (−b, a)", wrong_step("key", turned=False)),
            ("the fourth word stands at place 3, not at 2", wrong_step("key", place=2)),
            ("the key is (x0, x1); (x2, x3) is the value", wrong_step("key", keys=slice(2, 4))),
            ("queries and keys have to be turned", wrong_step("scores 1", "scores 2", turned=False)),
            ("the window is 2: only fast and now are seen", wrong_step("scores 1", seen=tuple(WORDS))),
            ("in the order of the ring, fast stands first", wrong_step("scores 1", seen=("now", "fast"))),
            ("in the order of the ring, fast stands first", wrong_step("scores 2", seen=("now", "fast"))),
            ("head 1 asks with (x0, x1), head 2 with (x2, x3)", wrong_step("scores 1", parts=((2, 4), (0, 2)))),
            ("both heads ask with the same pair here", wrong_step("scores 2", parts=((0, 2), (0, 2)))),
            ("the scores are divided by √2 before the softmax", wrong_step("output 1", scale=1)),
            ("divided by E = 2; its root was meant", wrong_step("output 1", scale=2)),
            ("the scores are divided by √2 before the softmax", wrong_step("output 2", scale=1)),
        ],
    ),
    Exercise(
        id="20.2",
        title="A config a day",
        points=2,
        truth=lambda: READ,
        tolerance=1e-3,
        mistakes=[
            ("there is no head_dim, so E = D / H", {"E": 512}),
            ("the width of a head is D / H, not D", {"E": 2048}),
            ("H / K query heads share one: 16 / 4", {"share": 16}),
            ("each layer keeps at most a window of 2,048 tokens", {"cache": mib(tokens=32768)}),
            *[("keys and values: 2 · K · E", cache) for cache in caches(both=1)],
            *[("4 heads are kept, not 16", cache) for cache in caches(K=16)],
            *[("all 24 layers have a cache", cache) for cache in caches(layers=1)],
            *[(f"{key} shows in no tensor's shape", {"no tensor shows": SHAPELESS - {key}}) for key in SHAPELESS],
            ("k_proj has K · E rows: this line shows", {"no tensor shows": SHAPELESS | {"num_key_value_heads"}}),
            ("each layer has tensors: this line shows", {"no tensor shows": SHAPELESS | {"num_hidden_layers"}}),
        ],
    ),
    Exercise(
        id="20.3",
        title="Compare",
        points=2,
        truth=lambda: COMPARED,
        tolerance=2e-2,
        mistakes=[
            *[("A bends at 1,024, where most of its layers are full", {"A": n}) for n in NAMES - {"Gemma 3"}],
            *[("B is straight: no windows, and 8 key-value heads", {"B": n}) for n in NAMES - {"Llama 3.1"}],
            *[("C ends flat: all layers have a window", {"C": n}) for n in NAMES - {"Mistral"}],
            *[("D is the lower straight line: 4 key-value heads", {"D": n}) for n in NAMES - {"Qwen 2.5"}],
            *[("windows in five layers of six", {"layers with a window": n}) for n in (8, 48, 24)],
            ("at 1,024 tokens A bends; it is above B there", {"meet at": 1024}),
            ("a key of A has 256 numbers, one of B has 128", {"meet at": 40 * 1024 // 24}),
        ],
    ),
    Exercise(
        id="20.4",
        title="The forgotten line",
        points=2,
        truth=forgotten,
        cases=suspects,
        mistakes=[
            ("the first tokens are compared; a window shows later", first_of(lambda a, b: largest(a[:, :2], b[:, :2]))),
            ("the likeliest token is compared, not the logits", found_by(likeliest)),
            ("only the means are compared", found_by(lambda a, b: (a.mean() - b.mean()).abs().round(decimals=3))),
            ("this is the worst one: the smallest difference was meant", found_by(largest, max)),
            ("nearly is not equal: this one differs in the third digit", first_of(largest)),
            (
                "the change is returned; asked for is its name",
                lambda expected, make, changes: changes[forgotten(expected, make, changes)],
            ),
        ],
    ),
    Exercise(
        id="20.5",
        title="Alternating",
        points=2,
        truth=within_and_beyond,
        cases=length_cases,
        mistakes=LENGTH_MISTAKES,
    ),
    Exercise(
        id="20.6",
        title="Out and in",
        points=3,
        truth=there_and_back,
        cases=round_trips,
        mistakes=[
            ("the model is compared with itself; nothing was loaded", with_itself),
            ("the text is too short: up to the window, both are the same", compared_by(largest, 4)),
            ("the mean difference may hide a large one", compared_by(lambda a, b: (a - b).abs().mean())),
            ("only the last token is compared", compared_by(lambda a, b: largest(a[:, -1], b[:, -1]))),
            ("a difference may be negative: take its size", compared_by(lambda a, b: (a - b).max())),
            ("the likeliest tokens are compared, not the logits", compared_by(likeliest)),
            ("asked for is the difference, not whether it is small", compared_by(torch.allclose)),
        ],
    ),
]
