"""Answers to the exercises of the capstone."""

import hashlib
import math
from collections import Counter, defaultdict
from fractions import Fraction

from course_lib.exercises.model_card import card, measured_cases, project


def plain(text):
    return " ".join("".join(letter if letter.isalnum() else " " for letter in text).lower().split())


def squares():
    return [[f"{n} times {n}", str(n * n)] for n in range(2, 700)]


def backwards():
    return tuple((f"word {n} of many", f"many of {n} word") for n in range(500))


def split_by_hash(pairs):
    """The order is that of a checksum, which knows no list and no seed."""
    rows = defaultdict(list)
    for source, target in pairs:
        rows[plain(source)].append((source, target))
    order = sorted(rows, key=lambda text: hashlib.md5(text.encode()).hexdigest())
    few = len(order) // 10
    cuts = order[2 * few :], order[:few], order[few : 2 * few]
    return tuple([pair for text in cut for pair in rows[text]] for cut in cuts)


def split_in_turns(pairs):
    """Every tenth input of the sorted ones."""
    inputs = sorted({plain(pair[0]) for pair in pairs})
    few = len(inputs) // 10
    held = dict.fromkeys(inputs[3::10][:few], "validation") | dict.fromkeys(inputs[7::10][:few], "test")
    parts = {"train": [], "validation": [], "test": []}
    for pair in pairs:
        parts[held.get(plain(pair[0]), "train")].append(list(pair))
    return list(parts.values())


def split_the_end(pairs):
    few = len({plain(pair[0]) for pair in pairs}) // 10
    return pairs[: -2 * few], pairs[-2 * few : -few], pairs[-few:]


def controls_by_loops(train, test):
    counts = {}
    for _, target in train:
        counts[target] = counts.get(target, 0) + 1
    frequent = max(counts, key=counts.get)
    answers = {"most frequent": [], "nearest": []}
    for text, _ in test:
        best, most = None, -1
        for source, answer in train:
            common = len({word for word in plain(text).split() if word in plain(source).split()})
            if common > most:
                best, most = answer, common
        answers["nearest"].append(best)
        answers["most frequent"].append(frequent)
    return answers


def controls_by_sorting(train, test):
    def nearest(text):
        return sorted(train, key=lambda pair: -len(set(plain(pair[0]).split()).intersection(plain(text).split())))[0][1]

    (frequent, _), *_ = Counter(pair[1] for pair in train).most_common()
    return {"nearest": tuple(nearest(text) for text, _ in test), "most frequent": tuple(frequent for _ in test)}


def compare_by_counting(model, control):
    kinds = Counter(zip(map(bool, model), map(bool, control), strict=True))
    won, lost = kinds[True, False], kinds[False, True]
    both, items = kinds[True, True], sum(kinds.values())
    tail = sum(Fraction(math.comb(won + lost, k), 2 ** (won + lost)) for k in range(won, won + lost + 1))
    model, control = (100 * (both + own) / items for own in (won, lost))
    return {"model": model, "control": control, "won": won, "lost": lost, "by chance": tail}


def compare_from_below(model, control):
    won = len([1 for m, c in zip(model, control, strict=True) if m > c])
    lost = len([1 for m, c in zip(model, control, strict=True) if m < c])
    below = sum(math.comb(won + lost, k) for k in range(won))
    shares = {"model": 100 * sum(model) / len(model), "control": 100 * sum(control) / len(control)}
    return {**shares, "won": won, "lost": lost, "by chance": 1 - below / 2 ** (won + lost)}


def card_by_hand(parts, written, control):
    def verdicts(texts):
        return [texts[i] == parts[2][i][1] for i in range(len(texts))]

    runs = [compare_from_below(verdicts(texts), verdicts(control)) for texts in written]
    scores = sorted(run["model"] for run in runs)
    leaked = len({plain(text) for text, _ in parts[0]}.intersection(plain(text) for text, _ in parts[2]))
    chance = max(run["by chance"] for run in runs)
    return {
        "name": "mine",
        "data": "recipes of my aunt",
        "licence": "hers",
        "scores": [run["model"] for run in runs],
        "mean": sum(scores) / len(scores),
        "lowest": scores[0],
        "control": runs[0]["control"],
        "by chance": chance,
        "claim": "open" if leaked or chance >= 0.01 else "better",
        "leaked": leaked,
        "pairs": tuple(map(len, parts)),
        "not shown": "whether it would translate recipes of other aunts as well",
    }


def card_with_words(parts, written, control):
    return {
        key: f" {value} ".upper() if key in ("data", "licence", "not shown") else value
        for key, value in card(parts, written, control).items()
    }


def other_project(seed):
    parts, written, control = measured_cases(seed, questions=59)[1]
    return lambda: {
        "parts": list(parts),
        "written": [*written, written[0]],
        "control": control,
        "card": card_by_hand(parts, [*written, written[0]], control),
    }


def without(name):
    return lambda: {key: value for key, value in project().items() if key != name}


RIGHT = {
    "80.1": [squares, backwards],
    "80.2": [split_by_hash, split_in_turns],
    "80.3": [controls_by_loops, controls_by_sorting],
    "80.4": [compare_by_counting, compare_from_below],
    "80.5": [card_by_hand, card_with_words],
    "80.6": [other_project(5), other_project(6)],
}

WRONG = {
    "80.1": [
        (lambda: squares() + [("7", 49)], "entries that are no pair of texts: yours is 1, the true value is 0"),
        (
            lambda: [(text, " ") for text, _ in squares()],
            "entries that are no pair of texts: yours is 698, the true value is 0",
        ),
        (lambda: [("x", "y", "z")] * 600, "entries that are no pair of texts: yours is 600, the true value is 0"),
        (list, "different inputs (500 at least): yours is 0, the true value is 500"),
    ],
    "80.2": [
        (split_the_end, "inputs "),
        (lambda pairs: (pairs, pairs, pairs), "pairs in it twice"),
        (lambda pairs: split_by_hash(pairs)[:2], "expected three lists, got 2"),
    ],
    "80.3": [(lambda train, test: {"most frequent": "sim", "nearest": "sim"}, "most frequent: yours is 'sim'")],
    "80.4": [
        (lambda model, control: {**compare_by_counting(model, control), "by chance": 0.05}, "by chance: yours is 0.05"),
        (lambda model, control: {**compare_by_counting(model, control), "won": sum(model)}, "won: yours is"),
    ],
    "80.5": [
        (lambda *case: card(*case) | {"scores": [91.0, 92.0, 93.0]}, "scores: at [0]: yours is 91"),
        (lambda *case: {"data": "numbers"}, "licence: yours is 'missing'"),
        (lambda *case: "better", "expected a dict, got str"),
    ],
    "80.6": [
        (without("card"), "parts, written, control or card is missing; have all cells above been run?"),
        (without("written"), "parts, written, control or card is missing"),
        (lambda: project() | {"card": project()["card"] | {"scores": [97.0] * 3}}, "card: yours is 'scores: not what"),
    ],
}
