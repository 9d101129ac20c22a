"""11.4, The leak: test texts that stand in the training texts."""

import torch

from course_lib.exercises.cases import dice, number
from course_lib.exercises.exercise import Exercise
from course_lib.exercises.solutions import Edit


def leak_cases(seed):
    source = dice(seed)
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


LEAK = Exercise(
    id="11.4",
    title="The leak",
    points=3,
    truth=find_the_leak,
    cases=leak_cases,
    mistakes=[
        (
            "nothing is found: a text's runs are divided by all that training has, too, or only exact copies count",
            Edit("len(runs(text) & known) > len(runs(text)) / 2 → text in train"),
        ),
        ("just half of the runs is not more than half", Edit("> len(runs(text)) / 2 → >= len(runs(text)) / 2")),
        (
            "a run is a row of words; joined without blanks, other words can have the same letters",
            Edit("tuple(words[i : i + 5]) → ''.join(words[i : i + 5])"),
        ),
        ("the last run is lost: k words have k − 4 runs of five", Edit("- 4 → - 5")),
        (
            "each run must stand in a training text, but not all in the same one",
            Edit("len(runs(text) & known) > → max(len(runs(text) & runs(other)) for other in train) >"),
        ),
        (
            "a run must stand in one training text; here some begin in one and end in the next",
            Edit("set().union(*map(runs, train)) → runs(' '.join(train))"),
        ),
        (
            "capitals are lost: words are what `split()` makes of a text",
            Edit("text.split() → text.lower().split()"),
        ),
        (
            "one run in common is not enough: texts share phrases; asked for is more than half",
            Edit("> len(runs(text)) / 2 → > 0"),
        ),
        (
            "single words prove nothing: all texts share them",
            Edit("i + 5 → i + 1", "len(words) - 4 → len(words)", "/ len(clean) → / max(1, len(clean))"),
        ),
        (
            "the sign: the clean texts have the higher loss; so much too good was the mean of all",
            Edit(
                "sum(clean) / len(clean) - sum(losses) / len(losses) → "
                "sum(losses) / len(losses) - sum(clean) / len(clean)"
            ),
        ),
        (
            "compare the clean texts with *all* texts, not with the leaked ones",
            Edit("- sum(losses) / len(losses) → - sum(losses[i] for i in leaked) / max(1, len(leaked))"),
        ),
        (
            "this is the loss of the clean texts; asked for is how much higher it is than the mean of all",
            Edit(" - sum(losses) / len(losses) → "),
        ),
        (
            "nothing is found: a text's runs are divided by all that training has, too, or only exact copies count",
            Edit("> len(runs(text)) / 2 → > len(runs(text) | known) / 2"),
        ),
    ],
)
