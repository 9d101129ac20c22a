"""Exercises of lesson 18: grouped-query attention."""

import copy
import math

import torch

from course_lib.exercises.cases import number, random_tensors, scattered
from course_lib.exercises.exercise import Exercise

# 18.1 Who reads whom?
READERS = {"reads": [h // 4 for h in range(12)], "A": "MQA", "B": "GQA", "C": "MHA", "pairs": 4, "wrong": "D"}


# 18.2 Bytes: Llama 2 7B
def bill(K, H=32, layers=32, both=2, context=4096, output=True, unit=2**30):
    attention = (1 + output) * 4096 * H * 128 + both * 4096 * K * 128
    return {
        f"parameters, K = {K}": layers * attention / 1e6,
        f"cache, K = {K}": both * layers * K * 128 * context * 2 / unit,
    }


BILLS = {name: value for K in (32, 8, 1) for name, value in bill(K).items()}
BILLS |= {"parameters, context doubled": 1, "cache, context doubled": 2}


def part(name, **changes):
    """One of the bill's numbers, with one thing changed."""
    return {name: bill(int(name.split()[-1]), **changes)[name]}


# 18.3 Find the bug: repeat
def repeat_cases(seed):
    width = number(seed, 3, 6)
    one, many, all_own = random_tensors(seed, (2 * width, 7), (15, 11), (12, 5))
    return [(one, 2, 6), (scattered(many), 3, 12), (all_own.double(), 4, 4)]


def repeated(weight, num_kv_heads, num_heads):
    heads = weight.unflatten(0, (num_kv_heads, -1))
    return heads.repeat_interleave(num_heads // num_kv_heads, dim=0).flatten(0, 1)


# 18.4 A fair fight
LOSSES = {"A": (1.105, 1.113, 1.129), "B": (1.187, 1.168, 1.150), "C": (1.023, 1.002, 1.026)}
MEANS = {name: sum(losses) / 3 for name, losses in LOSSES.items()}
FIGHT = {"numbers A": 32, "numbers B": 32, "numbers C": 256, "fair": {"A", "B"}, "gap": MEANS["B"] - MEANS["A"]}
FIGHT |= {"overlap": "no", "parameters": "A"}


# 18.5 Your own conversion
def conversion_cases(seed):
    cases = []
    for groups, E, D in (([[3, 1], [0, 2]], 3, 5), ([[0, 3], [1, 4], [2, 5]], 2, 7), ([[2, 0, 1]], 4, 3)):
        size = sum(map(len, groups)) * E
        cases.append((*random_tensors(seed + D, (size, D), (size, D), (D, size)), groups))
    return cases


def own_conversion(q_proj, k_proj, o_proj, groups, pool=lambda heads: heads.mean(dim=0), queries=True, outputs=True):
    order, count = sum(groups, []), sum(map(len, groups))
    q, k, o = (weight.unflatten(0, (count, -1)) for weight in (q_proj, k_proj, o_proj.T))
    q, o = q[order] if queries else q, o[order] if outputs else o
    k = torch.cat([pool(k[group]) for group in groups])
    return {"q_proj": q.flatten(0, 1), "k_proj": k, "o_proj": o.flatten(0, 1).T}


def converted_with(**changes):
    return lambda *case: own_conversion(*case, **changes)


def neighbours_pooled(q_proj, k_proj, o_proj, groups):
    heads, size = iter(range(sum(map(len, groups)))), [len(group) for group in groups]
    return own_conversion(q_proj, k_proj, o_proj, [[next(heads) for _ in range(n)] for n in size])


def run_conversion(answer, *case):
    result = answer(*case)
    named = isinstance(result, tuple | list) and len(result) == 3
    return dict(zip(("q_proj", "k_proj", "o_proj"), result, strict=True)) if named else result


# 18.6 How much comes back
class Pupil:
    """Stands for a model: what it knows falls when it is converted, and comes back with each step."""

    def __init__(self, loss, floor, num_kv_heads=8, rate=0.01):
        self.loss, self.floor, self.num_kv_heads, self.rate = loss, floor, num_kv_heads, rate


def convert_pupil(model, num_kv_heads):
    return Pupil(model.loss + 4 / num_kv_heads, model.floor + 0.1, num_kv_heads, model.rate)


def fit_pupil(model, steps):
    model.loss = model.floor + (model.loss - model.floor) * math.exp(-model.rate * steps)
    return model


def score_pupil(model):
    return model.loss


TOOLS = (convert_pupil, fit_pupil, score_pupil)


def pupils(seed):
    first = Pupil(0.5 + 0.1 * number(seed, 1, 5), 0.4, rate=0.004 * number(seed + 1, 1, 5))
    return [(first, 2, 1600, *TOOLS), (Pupil(1.3, 1.1), 4, 700, *TOOLS), (Pupil(0.9, 0.8, rate=0.02), 1, 500, *TOOLS)]


def uptrain(model, num_kv_heads, steps, convert, fit, score, share=10, start=convert_pupil, closed=None):
    target, converted = score(model), start(model, num_kv_heads)
    broken = score(converted)
    after = score(fit(converted, round(steps / share)))
    recovered = (closed or (lambda broken, after, target: (broken - after) / (broken - target)))(broken, after, target)
    return {"broken": broken, "uptrained": after, "recovered": recovered}


def uptrained_with(**changes):
    return lambda *case: uptrain(*case, **changes)


def scored_too_early(*case):
    found = uptrain(*case)
    return {**found, "uptrained": found["broken"], "recovered": 0.0}


def in_the_wrong_order(model, num_kv_heads, steps, convert, fit, score):
    """Trains the model itself for a tenth of the steps, and converts it then."""
    target = score(model)
    broken = score(convert(model, num_kv_heads))
    after = score(convert(fit(copy.copy(model), steps // 10), num_kv_heads))
    return {"broken": broken, "uptrained": after, "recovered": (broken - after) / (broken - target)}


def not_converted(model, num_kv_heads, steps, convert, fit, score):
    broken, target = score(convert(model, num_kv_heads)), score(model)
    after = score(fit(copy.copy(model), steps // 10))
    return {"broken": broken, "uptrained": after, "recovered": (broken - after) / (broken - target)}


EXERCISES = [
    Exercise(
        id="18.1",
        title="Who reads whom?",
        points=2,
        truth=lambda: READERS,
        mistakes=[
            ("heads in turns: by the rule, neighbours share, h // (H / K)", {"reads": [h % 3 for h in range(12)]}),
            ("each key head serves H / K = 4 query heads, not K = 3", {"reads": [h // 3 for h in range(12)]}),
            ("key heads are counted from 0", {"reads": [h // 4 + 1 for h in range(12)]}),
            ("this is multi-head attention: each has a key head of its own", {"reads": list(range(12))}),
            *[("A has one key head for all", {"A": name}) for name in ("MHA", "GQA")],
            *[("B has fewer key heads than query heads, and more than one", {"B": name}) for name in ("MHA", "MQA")],
            *[("in C each query head has a key head of its own", {"C": name}) for name in ("GQA", "MQA")],
            *[("each query head has a circle, each key-value head a pair of squares", {"pairs": n}) for n in (2, 8)],
            *[("in D the lines cross: heads that share should be neighbours", {"wrong": x}) for x in "ABC"],
        ],
    ),
    Exercise(
        id="18.2",
        title="Bytes",
        points=2,
        truth=lambda: BILLS,
        tolerance=4e-4,
        mistakes=[
            *[("asked for are all 32 layers, not one", part(f"parameters, K = {K}", layers=1)) for K in (32, 8, 1)],
            *[("the output projection is missing", part(f"parameters, K = {K}", output=False)) for K in (8, 1)],
            *[("keys and values: each has a matrix", part(f"parameters, K = {K}", both=1)) for K in (8, 1)],
            ("four matrices: queries, keys, values, and the output projection", part("parameters, K = 32", both=1)),
            *[("the queries keep all their heads", part(f"parameters, K = {K}", H=K)) for K in (8, 1)],
            *[("keys and values: the cache holds both", part(f"cache, K = {K}", both=1)) for K in (32, 8, 1)],
            *[("each layer has a cache", part(f"cache, K = {K}", layers=1)) for K in (32, 8, 1)],
            *[("a GiB is 2**30 bytes, not a billion", part(f"cache, K = {K}", unit=1e9)) for K in (32, 8, 1)],
            *[("a number takes 2 bytes", {f"cache, K = {K}": K / 8}) for K in (32, 8, 1)],
            ("queries are not kept", {"cache, K = 32": 3}),
            *[("no matrix has the context as an axis", {"parameters, context doubled": n}) for n in (2, 4)],
            *[("the cache grows linearly: 2 L K E for each token", {"cache, context doubled": n}) for n in (1, 4)],
        ],
    ),
    Exercise(
        id="18.3",
        title="Find the bug: repeat",
        points=2,
        truth=repeated,
        cases=repeat_cases,
        axes="row column",
        mistakes=[
            (
                "the heads are repeated in turns, 0 1 0 1; query heads 0 and 1 both read key head 0",
                lambda weight, K, H: weight.repeat(H // K, 1),
            ),
            (
                "single rows are repeated, not whole heads of E rows",
                lambda weight, K, H: weight.repeat_interleave(H // K, dim=0),
            ),
            (
                "the columns are repeated; a head's numbers are rows of the matrix",
                lambda weight, K, H: weight.repeat(1, H // K),
            ),
            ("nothing is repeated", lambda weight, K, H: weight),
            (
                "each head is there K times; it must be there H / K times",
                lambda weight, K, H: weight.unflatten(0, (K, -1)).repeat_interleave(K, dim=0).flatten(0, 1),
            ),
            (
                "each head is there H times; it must be there H / K times",
                lambda weight, K, H: weight.unflatten(0, (K, -1)).repeat_interleave(H, dim=0).flatten(0, 1),
            ),
            ("the heads are repeated as they are, not divided", lambda w, K, H: repeated(w, K, H) / (H // K)),
            ("all are copies of the first head", lambda weight, K, H: weight[: len(weight) // K].repeat(H, 1)),
            (
                "the heads come in the opposite order",
                lambda weight, K, H: repeated(weight.unflatten(0, (K, -1)).flip(0).flatten(0, 1), K, H),
            ),
        ],
    ),
    Exercise(
        id="18.4",
        title="A fair fight",
        points=2,
        truth=lambda: FIGHT,
        tolerance=3e-3,
        mistakes=[
            *[("what counts are key-value heads: A has one, however many ask", {"numbers A": n}) for n in (256, 128)],
            *[
                ("keys and values in two layers: 2 · L · K · E", {f"numbers {name}": n})
                for name, n in (("A", 16), ("B", 16), ("C", 128))
            ],
            ("B has one head: for queries, for keys and values", {"numbers B": 256}),
            *[("fair are two with the same numbers per token", {"fair": set(two)}) for two in ("AC", "BC", "ABC")],
            ("C has eight key-value heads", {"numbers C": 32}),
            ("asked for are numbers, not bytes", {"numbers C": 512}),
            ("asked for is a difference of losses, not percent", {"gap": 100 * (1 - MEANS["A"] / MEANS["B"])}),
            ("the gap between A and C is what sharing costs; asked for are A and B", {"gap": MEANS["A"] - MEANS["C"]}),
            ("B has the higher loss: B − A is positive", {"gap": MEANS["A"] - MEANS["B"]}),
            ("the worst seed of A is still better than the best of B", {"overlap": "yes"}),
            ("A has eight query heads, with columns in the output projection; B has one", {"parameters": "B"}),
        ],
    ),
    Exercise(
        id="18.5",
        title="Your own conversion",
        points=3,
        truth=own_conversion,
        cases=conversion_cases,
        run=run_conversion,
        mistakes=[
            ("neighbours are pooled, whatever the groups are", neighbours_pooled),
            ("the queries have not moved along with their groups", converted_with(queries=False)),
            (
                "the columns of o_proj belong to query heads: they move along",
                converted_with(outputs=False),
            ),
            ("queries and outputs have not moved along", converted_with(queries=False, outputs=False)),
            ("a sum of the heads; asked for is their mean", converted_with(pool=lambda heads: heads.sum(dim=0))),
            (
                "the first head is kept; asked for is the mean",
                converted_with(pool=lambda heads: heads[0]),
            ),
            (
                "the mean goes over the rows, not over the heads",
                converted_with(pool=lambda heads: heads.mean(1)),
            ),
            (
                "the shared heads are still there once for each query head",
                converted_with(pool=lambda heads: heads.mean(dim=0).repeat(len(heads), 1)),
            ),
        ],
    ),
    Exercise(
        id="18.6",
        title="How much comes back?",
        points=2,
        truth=uptrain,
        cases=pupils,
        mistakes=[
            ("trained for all the steps; asked for is a tenth", uptrained_with(share=1)),
            ("the multi-head model is trained on, and converted then; convert first", in_the_wrong_order),
            ("the multi-head model itself is trained on, not the converted one", not_converted),
            ("scored before it was trained", scored_too_early),
            ("a tenth of the steps, not a hundredth", uptrained_with(share=100)),
            ("a tenth of the steps, however many they are, not ten", lambda m, K, _, *rest: uptrain(m, K, 100, *rest)),
            (
                "`broken` is the loss before the training",
                lambda *case: (lambda found: {**found, "broken": found["uptrained"]})(uptrain(*case)),
            ),
            ("this is the part still missing", uptrained_with(closed=lambda b, a, t: (a - t) / (b - t))),
            ("in percent; asked for is a share", uptrained_with(closed=lambda b, a, t: 100 * (b - a) / (b - t))),
            ("divided by the whole loss, not by the gap", uptrained_with(closed=lambda b, a, t: (b - a) / b)),
            ("this is the difference; divide it by the gap", uptrained_with(closed=lambda b, a, t: b - a)),
            ("the ratio of the losses is no share of the gap", uptrained_with(closed=lambda b, a, t: t / a)),
        ],
    ),
]
