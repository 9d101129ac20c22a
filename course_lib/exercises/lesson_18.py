"""Exercises of lesson 18: grouped-query attention."""

import math

import torch

from course_lib.exercises.cases import number, random_tensors, scattered
from course_lib.exercises.exercise import Exercise
from course_lib.exercises.solutions import Edit
from course_lib.exercises.units import of_bytes
from course_lib.exercises.values import members


# 18.1 Who reads whom?
def drawn():
    return {"A": "MQA", "B": "GQA", "C": "MHA", "pairs": 4, "wrong": "D", "reads": [h // 4 for h in range(12)]}


# 18.2 Bytes: Llama 2 7B
def bill():
    parameters = {f"parameters, K = {K}": 32 * (2 * 4096 * 32 * 128 + 2 * 4096 * K * 128) / 1e6 for K in (32, 8, 1)}
    cache = {f"cache, K = {K}": 2 * 32 * K * 128 * 4096 * 2 / 2**30 for K in (32, 8, 1)}
    return {**parameters, **cache, "parameters, context doubled": 1, "cache, context doubled": 2}


# 18.3 Find the bug: repeat
def repeat_cases(seed):
    width = number(seed, 3, 6)
    one, many, all_own = random_tensors(seed, (2 * width, 7), (15, 11), (12, 5))
    return [(one, 2, 6), (scattered(many), 3, 12), (all_own.double(), 4, 4), (one[:width], 1, 4)]


def repeated(weight, num_kv_heads, num_heads):
    """K·E D -> H·E D."""
    heads = weight.unflatten(0, (num_kv_heads, -1))
    return heads.repeat_interleave(num_heads // num_kv_heads, dim=0).flatten(0, 1)


# 18.4 A fair fight
losses = {"A": [1.105, 1.113, 1.129], "B": [1.187, 1.168, 1.150], "C": [1.023, 1.002, 1.026]}


def fight():
    gap = (sum(losses["B"]) - sum(losses["A"])) / 3
    return {
        "numbers A": 2 * 2 * 1 * 8,
        "numbers B": 2 * 2 * 1 * 8,
        "numbers C": 2 * 2 * 8 * 8,
        "fair": {"A", "B"},
        "gap": gap,
        "overlap": "no",
        "parameters": "A",
    }


# 18.5 Your own conversion
def conversion_cases(seed):
    cases = []
    for groups, E, D in (
        ([[3, 1], [0, 2]], 3, 5),
        ([[0, 3], [1, 4], [2, 5]], 2, 7),
        ([[2, 0, 6, 8, 1, 5, 3, 7, 4]], 4, 3),
    ):
        size = sum(map(len, groups)) * E
        cases.append((*random_tensors(seed + D, (size, D), (size, D), (D, size)), groups))
    return cases


def convert(q_proj, k_proj, o_proj, groups):
    """H·E D, H·E D, D H·E -> H·E D, K·E D, D H·E."""
    order = sum(groups, [])
    q, k = (weight.unflatten(0, (len(order), -1)) for weight in (q_proj, k_proj))
    o = o_proj.unflatten(1, (len(order), -1))
    means = torch.stack([k[group].mean(dim=0) for group in groups])
    return q[order].flatten(0, 1), means.flatten(0, 1), o[:, order].flatten(1)


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


def uptrain(model, num_kv_heads, steps, convert, fit, score):
    """A trained model -> broken, uptrained, recovered."""
    target, converted = score(model), convert(model, num_kv_heads)
    broken = score(converted)
    uptrained = score(fit(converted, steps // 10))
    return {"broken": broken, "uptrained": uptrained, "recovered": (broken - uptrained) / (broken - target)}


EXERCISES = [
    Exercise(
        id="18.1",
        title="Who reads whom?",
        points=2,
        truth=drawn,
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
        truth=bill,
        tolerance=4e-4,
        mistakes=[
            ("asked for are all 32 layers, not one", Edit("32 * (2 * 4096 → (2 * 4096")),
            ("the output projection is missing", Edit("(2 * 4096 * 32 → (4096 * 32")),
            ("keys and values: each has a matrix", Edit("2 * 4096 * K → 4096 * K")),
            ("four matrices: queries, keys, values, and the output projection", {"parameters, K = 32": 1611}),
            ("the queries keep all their heads", Edit("2 * 4096 * 32 * 128 → 2 * 4096 * K * 128")),
            (
                "keys and values, two bytes for each number: one of the two factors of 2 is missing",
                Edit("2 * 32 * K → 32 * K"),
            ),
            ("each layer has a cache", Edit("2 * 32 * K → 2 * K")),
            ("a GiB is 2**30 bytes, not a billion", Edit("2**30 → 10**9")),
            ("a number takes 2 bytes", Edit("4096 * 2 / → 4096 * 4 /")),
            *of_bytes(bill(), *(f"cache, K = {K}" for K in (32, 8, 1))),
            ("asked for are millions: divide by 1,000,000", Edit("K * 128) / 1e6 → K * 128)")),
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
                Edit("repeat_interleave(num_heads // num_kv_heads, dim=0) → repeat(num_heads // num_kv_heads, 1, 1)"),
            ),
            (
                "single rows are repeated, not whole heads of E rows",
                Edit("weight.unflatten(0, (num_kv_heads, -1)) → weight", "dim=0).flatten(0, 1) → dim=0)"),
            ),
            (
                "the columns are repeated; a head's numbers are rows of the matrix",
                lambda weight, K, H: weight.repeat(1, H // K),
            ),
            ("nothing is repeated", Edit(".repeat_interleave(num_heads // num_kv_heads, dim=0) → ")),
            (
                "each head is there K times; it must be there H / K times",
                Edit("num_heads // num_kv_heads → num_kv_heads"),
            ),
            ("each head is there H times; it must be there H / K times", Edit("num_heads // num_kv_heads → num_heads")),
            (
                "the heads are repeated as they are, not divided",
                Edit("flatten(0, 1) → flatten(0, 1) / (num_heads // num_kv_heads)"),
            ),
            (
                "all are copies of the first head",
                Edit("repeat_interleave(num_heads // num_kv_heads, dim=0) → expand(-1, -1, -1)[[0] * num_heads]"),
            ),
            ("the heads come in the opposite order", Edit("dim=0) → dim=0).flip(0)")),
        ],
    ),
    Exercise(
        id="18.4",
        title="A fair fight",
        points=2,
        truth=fight,
        tolerance=3e-3,
        mistakes=[
            *[("what counts are key-value heads: A has one, however many ask", {"numbers A": n}) for n in (256, 128)],
            *[
                ("keys and values in two layers: 2 · L · K · E", {f"numbers {name}": n})
                for name, n in (("A", 16), ("B", 16), ("C", 128))
            ],
            ("B has one head: for queries, for keys and values", {"numbers B": 256}),
            *members(
                fight()["fair"],
                {
                    "C": "fair are two with the same numbers per token; C keeps eight times as many",
                    **dict.fromkeys("AB", "fair are two with the same numbers per token: A and B"),
                },
                "fair",
            ),
            ("C has eight key-value heads", {"numbers C": 32}),
            ("asked for are numbers, not bytes", {"numbers C": 512}),
            ("asked for is a difference of losses, not percent", {"gap": 100 * fight()["gap"] / 1.16833}),
            (
                "the gap between A and C is what sharing costs; asked for are A and B",
                Edit('"B"]) - sum(losses["A" → "A"]) - sum(losses["C"'),
            ),
            ("the gap of the best seeds; asked for is that of the means", {"gap": 1.15 - 1.105}),
            ("B has the higher loss: B − A is positive", Edit('"B"]) - sum(losses["A" → "A"]) - sum(losses["B"')),
            ("the worst seed of A is still better than the best of B", {"overlap": "yes"}),
            ("A has eight query heads, with columns in the output projection; B has one", {"parameters": "B"}),
            ("the gap between A and B, the two that are fair", {"gap": 0.1513}),
        ],
    ),
    Exercise(
        id="18.5",
        title="Your own conversion",
        points=3,
        truth=convert,
        cases=conversion_cases,
        run=run_conversion,
        mistakes=[
            (
                "neighbours are pooled, whatever the groups are",
                Edit("k[group].mean(dim=0) for group in groups → part.mean(dim=0) for part in k.chunk(len(groups))"),
            ),
            ("the queries have not moved along with their groups", Edit("q[order] → q")),
            ("the columns of o_proj belong to query heads: they move along", Edit("o[:, order] → o")),
            ("queries and outputs have not moved along", Edit("q[order] → q", "o[:, order] → o")),
            ("a sum of the heads; asked for is their mean", Edit("k[group].mean → k[group].sum")),
            ("the first head is kept; asked for is the mean", Edit("k[group].mean(dim=0) → k[group[0]]")),
            ("the mean goes over the rows, not over the heads", Edit("mean(dim=0) → mean(dim=1)")),
            (
                "the shared heads are still there once for each query head",
                Edit("for group in groups → for group in groups for _ in group"),
            ),
            *[
                (
                    "old head number order[i] comes to place i, not the other way round",
                    Edit(
                        *(
                            f"{of} → {of[:-1].replace('order', 'sorted(range(len(order)), key=order.__getitem__)')}]"
                            for of in which
                        )
                    ),
                )
                for which in (("q[order]",), ("o[:, order]",), ("q[order]", "o[:, order]"))
            ],
        ],
    ),
    Exercise(
        id="18.6",
        title="How much comes back?",
        points=2,
        truth=uptrain,
        cases=pupils,
        mistakes=[
            ("trained for all the steps; asked for is a tenth", Edit("steps // 10 → steps")),
            (
                "the multi-head model is trained on, and converted then; convert first",
                Edit("fit(converted, steps // 10) → convert(fit(model, steps // 10), num_kv_heads)"),
            ),
            ("the multi-head model itself is trained on, not the converted one", Edit("fit(converted → fit(model")),
            ("scored before it was trained", Edit("score(fit(converted, steps // 10)) → broken")),
            ("a tenth of the steps, not a hundredth", Edit("// 10 → // 100")),
            ("a tenth of the steps, however many they are, not ten", Edit("steps // 10 → 10")),
            ("`broken` is the loss before the training", Edit('"broken": broken → "broken": uptrained')),
            ("this is the part still missing", Edit("(broken - uptrained) → (uptrained - target)")),
            ("in percent; asked for is a share", Edit("(broken - uptrained) → 100 * (broken - uptrained)")),
            ("divided by the whole loss, not by the gap", Edit("/ (broken - target) → / broken")),
            ("this is the difference; divide it by the gap", Edit(" / (broken - target) → ")),
            (
                "the ratio of the losses is no share of the gap",
                Edit("(broken - uptrained) / (broken - target) → target / uptrained"),
            ),
        ],
    ),
]
