"""Answers to the exercises of the capstone."""

import hashlib
import math
import random
from collections import Counter, defaultdict
from fractions import Fraction

from course_lib.workshop.exercises.lesson_80 import card, measured_cases, project


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
        "license": "hers",
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
        key: f" {value} ".upper() if key in ("data", "license", "not shown") else value
        for key, value in card(parts, written, control).items()
    }


def other_project(seed):
    parts, written, _ = measured_cases(seed, questions=59)[1]
    control = controls_by_loops(parts[0], parts[2])["nearest"]
    return lambda: {
        "parts": list(parts),
        "written": [*written, written[0]],
        "control": control,
        "card": card_by_hand(parts, [*written, written[0]], control),
    }


def drawn_anew():
    return [(f"number {random.random()}", f"{random.randrange(10)}") for _ in range(600)]


def nearest_by(words_in_common, of=0):
    """What the nearest pair answers, by another measure, or by the targets."""

    def answer(train, test):
        def nearest(text):
            words = plain(text).split()
            return max(train, key=lambda pair: words_in_common(words, plain(pair[of]).split()))[1]

        return controls_by_loops(train, test) | {"nearest": [nearest(pair[of]) for pair in test]}

    return answer


def words_of_training(words, known):
    return sum(word in words for word in known)


def words_in_pairs(words, known):
    return (Counter(words) & Counter(known)).total()


def different_words(words, known):
    return len(set(words) & set(known))


def card_with(judge=str.__eq__, **changes):
    """A card by another judge of answers, and with what is counted otherwise."""

    def answer(parts, written, control):
        def marked(texts):
            pairs = zip(texts, parts[2], strict=True)
            return [target if judge(text, target) else "no" for text, (_, target) in pairs]

        told = card_by_hand(parts, [*map(marked, written)], marked(control))
        return told | {name: count(*parts) for name, count in changes.items()}

    return answer


def same_looks(text, target):
    return plain(text) == plain(target)


def leaks_of_training(train, validation, test):
    asked = {plain(text) for text, _ in test}
    return sum(plain(text) in asked for text, _ in train)


def leaks_of_both(train, validation, test):
    known = {plain(text) for text, _ in [*train, *validation]}
    return sum(plain(text) in known for text, _ in test)


def project_with(written=None, control=None):
    """The example's project with other answers; the card says what they give."""
    mine = project()
    written, control = written or mine["written"], control or mine["control"]
    return lambda: mine | {"written": written, "control": control, "card": card(mine["parts"], written, control)}


def most_frequent_targets():
    train, _, test = project()["parts"]
    return controls_by_loops(train, test)["most frequent"]


def without(name):
    return lambda: {key: value for key, value in project().items() if key != name}


DEAR = {"80.5"}  # in the slow tests
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
        (drawn_anew, "each call gives other pairs; draw with a seed"),
    ],
    "80.2": [
        (split_the_end, "inputs "),
        (lambda pairs: (pairs, pairs, pairs), "pairs in it twice"),
        (lambda pairs: split_by_hash(pairs)[:2], "expected three lists, got 2"),
    ],
    "80.3": [
        (lambda train, test: {"most frequent": "sim", "nearest": "sim"}, "most frequent: yours is 'sim'"),
        (nearest_by(words_of_training), "a word counts once, however often it is there"),
        (nearest_by(words_in_pairs), "nearest: "),
        (nearest_by(different_words, of=1), "inputs are compared with inputs, not with targets"),
    ],
    "80.4": [
        (lambda model, control: {**compare_by_counting(model, control), "by chance": 0.05}, "by chance: yours is 0.05"),
        (lambda model, control: {**compare_by_counting(model, control), "won": sum(model)}, "won: yours is"),
    ],
    "80.5": [
        (lambda *case: card(*case) | {"scores": [91.0, 92.0, 93.0]}, "scores: at [0]: yours is 91"),
        (lambda *case: {"data": "numbers"}, "license: yours is 'missing'"),
        (lambda *case: "better", "expected a dict, got str"),
        (card_with(same_looks), "capitals and punctuation count"),
        (card_with(lambda text, target: text.startswith(target)), "scores: "),
        (card_with(lambda text, target: target.startswith(text)), "scores: "),
        (card_with(leaked=leaks_of_training), "leaked: inputs of the test, each once"),
        (card_with(leaked=leaks_of_both), "leaked: only the training counts"),
    ],
    "80.6": [
        (project_with(control=most_frequent_targets()), "the control is what the nearest pair of the training answers"),
        (project_with(written=project()["written"][:1] * 3), "three seeds, not one three times"),
        (without("card"), "`project()` must return a dict with parts, written, control and card; it lacks card"),
        (without("written"), "it lacks written"),
        (lambda: project() | {"card": project()["card"] | {"scores": [97.0] * 3}}, "card: yours is 'scores: not what"),
    ],
}

ALWAYS = {"80.5": {"data", "license", "not shown"}}  # parts that are the same for all right answers
AUDITS = {"80.1", "80.2", "80.6"}  # what an answer is like, and nothing that it could return
