"""Exercises of lesson 11: text corpora."""

import torch

from course_lib.workshop.exercises.cases import number, rng
from course_lib.workshop.exercises.exercise import Exercise


# 11.1 On paper: two sentences of five pairs of words, three of them in both; 8 texts found, 6 of them right, of 10
def answer():
    return {"overlap": 3 / 7, "agree": 30, "precision": 6 / 8, "recall": 6 / 10, "can't fall": "recall"}


# 11.2 A critic
def critic():
    return {"not its own": "C", "share texts": {"A", "D"}, "too early": "N", "one language": "A"}


# 11.3 Near copies
def copies_cases(seed):
    """Short texts, in which the last run decides, or their ends, a run that overlaps, a capital, the shorter text."""
    return [
        (drawn(seed, "xab yab cdef cdgf"), 2, 1 / 3),
        (drawn(seed + 3, "abcdefg cde HIJk hIJk"), 3, 3 / 7),
        (drawn(seed + 6, "lmnopqr lmnopst mno lmno"), 3, 1 / 3),
        (drawn(seed + 9, "abc cab de fgd"), 1, 0.4),
        ([" ".join(text) for text in ("aaaab", "aabbc", "aaaab")], 2, 0.5),  # runs that stand twice in a text
        (["ab c d", "a bc d", "ab cd e"], 2, 1 / 3),  # the same letters, but other words
        (drawn(seed + 12, "abcd dcba abce"), 2, 0.5),  # the same words in another order
    ]


def drawn(seed, texts):
    """These texts in another order, and each letter of theirs another one."""
    source = rng(seed)
    letters = "abcdefghijklmnopqrstuvwxyz"
    others = "".join(letters[i] for i in torch.randperm(26, generator=source))
    texts = texts.translate(str.maketrans(letters + letters.upper(), others + others.upper())).split()
    return [" ".join(texts[i]) for i in torch.randperm(len(texts), generator=source)]


def near_copies(texts, n, threshold):
    """A list of texts -> a set of pairs of places."""

    def runs(text):
        words = text.split()
        return {tuple(words[i : i + n]) for i in range(len(words) - n + 1)}

    sets, found = [runs(text) for text in texts], set()
    for j, b in enumerate(sets):
        for i, a in enumerate(sets[:j]):
            if len(a & b) / len(a | b) >= threshold:
                found.add((i, j))
    return found


# 11.4 The leak
def leak_cases(seed):
    source = rng(seed)
    test, train = ([[f"w{i}" for i in torch.randint(40, (20,), generator=source)] for _ in range(6)] for _ in range(2))
    for place in (0, 5):  # copies with one word changed, in the middle of something else
        copy = list(test[place])
        copy[number(seed + place, 0, 19)] = "other"
        train.append([*train[0][:3], *copy, *train[1][:3]])
    train.append([*train[2][:5], *test[2][:8]])  # only a phrase in common
    losses = torch.rand(6, generator=source) + 2
    losses[[0, 5]] -= 1.5
    return [(written(train), written(test), losses.tolist()), *border_cases(seed)]


def border_cases(seed):
    """Texts of which half the runs are known, or the last one decides, or two texts together, or each run by itself;
    and near misses: runs of four words, what only two texts make that are joined, what has capitals elsewhere, what has
    the same letters, but its words end elsewhere, and what has the same words in another order.
    """
    test = half, two, last, four, parts, joined, small, five, glued, turned, most = [
        [f"{name}{i + seed % 7}" for i in range(n)]
        for name, n in zip("htlfpjsvgkm", (10, 14, 11, 12, 9, 10, 10, 9, 9, 9, 7), strict=True)
    ]
    train = [half[:7], most[:6], two[:8], two[6:], last[3:], *(["y", *four[i : i + 4], "z"] for i in range(9))]
    train += [[f"x{run[0]}", *run[1:4], f"{run[4]}0"] for run in runs_of_five(parts)]
    train += [joined[:5], joined[5:], [*small[:4], small[4].upper(), small[5].upper(), *small[6:]]]
    train += [["y", *run, "z"] for run in runs_of_five(five)]
    train += [[run[0], run[1] + run[2][0], run[2][1:], *run[3:]] for run in runs_of_five(glued)]
    train += [[*run[:3], run[4], run[3]] for run in runs_of_five(turned)]
    losses = [2.0 + number(seed, 1, 9) / 10, 1.0, 1.5, 3.0, 2.5, 2.2, 1.7, 1.1, 2.8, 2.7, 1.3]
    return [(written(train), written(test), losses)]


def runs_of_five(words):
    return [words[i : i + 5] for i in range(len(words) - 4)]


def written(texts):
    return [" ".join(text) for text in texts]


def find_the_leak(train, test, losses):
    """Training texts, test texts and their losses -> {"leaked": a set of indices, "too good by": nats}."""

    def runs(text):
        words = text.split()
        return {tuple(words[i : i + 5]) for i in range(len(words) - 4)}

    known = set().union(*map(runs, train))
    leaked = {i for i, text in enumerate(test) if len(runs(text) & known) > len(runs(text)) / 2}
    clean = [loss for i, loss in enumerate(losses) if i not in leaked]
    return {"leaked": leaked, "too good by": sum(clean) / len(clean) - sum(losses) / len(losses)}


# 11.5 The table of the slide
def table():
    return {
        "pages": {"C4", "ROOTS"},
        "too late": "OpenWebText",
        "pick": "StarCoder Data",
        "never there": "Google News",
        "passes": 2e12 / (985e6 * 1.3),
    }


EXERCISES = [
    Exercise(id="11.1", title="On paper", points=2, truth=answer, tolerance=3e-3),
    Exercise(id="11.2", title="A critic", points=1, truth=critic),
    Exercise(id="11.3", title="Near copies", points=2, truth=near_copies, cases=copies_cases),
    Exercise(id="11.4", title="The leak", points=3, truth=find_the_leak, cases=leak_cases),
    Exercise(id="11.5", title="The table of the slide", points=1, truth=table, tolerance=2e-2),
]
