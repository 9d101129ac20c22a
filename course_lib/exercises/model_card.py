"""What a model's scores are worth: a test against chance, and a card whose numbers were measured."""

import math
import random
from statistics import mean

from course_lib.data.deduplication import normalise
from course_lib.errors import CourseError
from course_lib.exercises.exercise import Exercise
from course_lib.exercises.solutions import Edit

TEXTS = "data", "licence", "not shown"
FEWEST_WORDS = 8  # of what the numbers do not show


# 80.4 More than chance?
def pairs_of_verdicts(seed):
    dice = random.Random(seed)
    cases = []
    for items, better in ((40, 0.5), (97, 0.2), (23, 0.0)):
        control = [dice.random() < 0.5 for _ in range(items)]
        cases.append(([right or dice.random() < better for right in control], control))
    flawed = [right and dice.random() < 0.9 for right in cases[0][0]]
    apart = [[dice.random() < share for _ in range(31)] for share in (0.6, 0.5)]
    few = [True, True, True, False], [False, False, True, True]
    return [*cases, (flawed, cases[0][1]), tuple(apart), few]


def compare(model, control):
    """Who was right, True or False for each question -> percentages, questions won and lost, and the chance of it."""
    won = sum(m and not c for m, c in zip(model, control, strict=True))
    lost = sum(c and not m for m, c in zip(model, control, strict=True))
    ways = sum(math.comb(won + lost, heads) for heads in range(won, won + lost + 1))
    return {
        "model": 100 * sum(model) / len(model),
        "control": 100 * sum(control) / len(control),
        "won": won,
        "lost": lost,
        "by chance": ways / 2 ** (won + lost),
    }


COMPARE = Exercise(
    id="80.4",
    title="More than chance?",
    points=3,
    truth=compare,
    cases=pairs_of_verdicts,
    mistakes=[
        ("asked for are percent", Edit("100 * sum(model) → sum(model)", "100 * sum(control) → sum(control)")),
        ("model and control are exchanged", lambda model, control: compare(control, model)),
        (
            "won are questions that the model alone has right",
            Edit("sum(m and not c for m, c in zip(model, → sum(m for m, c in zip(model,"),
        ),
        ("at least so many: this one counts, too", Edit("range(won, → range(won + 1,")),
        (
            "this is the chance of just so many; more would be as surprising",
            Edit("range(won, won + lost + 1) → [won]"),
        ),
        ("this is the chance of at most so many", Edit("range(won, won + lost + 1) → range(won + 1)")),
        ("one side only: at least so many for the model", Edit("ways / 2 ** → 2 * ways / 2 **")),
        (
            "won are questions that the model alone has right",
            Edit("sum(m and not c for m, c in zip(model, → sum(m or c for m, c in zip(model,"),
        ),
        (
            "the coin decides only the questions that are won or lost, not all of them",
            Edit(
                "ways = sum(math.comb(won + lost, heads) for heads in range(won, won + lost + 1)) → "
                "n = len(model)\n    ways = sum(math.comb(n, heads) for heads in range(won, n + 1))",
                "2 ** (won + lost) → 2**n",
            ),
        ),
        (
            "questions on which both are right, or both wrong, say nothing: leave them out",
            Edit(
                "ways = sum(math.comb(won + lost, heads) for heads in range(won, won + lost + 1)) → "
                "n = len(model)\n    ways = sum(math.comb(n, heads) for heads in range(sum(model), n + 1))",
                "2 ** (won + lost) → 2**n",
            ),
        ),
    ],
)


# 80.5 The card
def measured_cases(seed, questions=23):
    """Return parts, what three seeds wrote, and what a control answered.

    The model is clearly better, then by luck, then with a leak; at last chance gives 1/128 and 1/64. Some wrong answers
    look like the target. In the leak, an input of the test is in the training three times, some others are there in
    capitals, and one is in the validation.
    """
    dice = random.Random(seed)
    pairs = [(f"text {n} of kind {n % 7}", f"target {n}") for n in range(2 * questions + dice.randrange(7))]
    test, validation, train = pairs[:questions], pairs[questions : questions + 5], pairs[questions + 5 :]
    copies = [(text.upper() + "!", target) for text, target in test[1 : dice.randrange(3, 9)]]

    def written(share):
        return [target if dice.random() < share else dice.choice(wrong_texts(target)) for _, target in test]

    good, lucky = [[written(share) for share in shares] for shares in ((0.8, 0.95, 0.9), (0.9, 0.8, 0.3))]
    parts = train, validation, test
    leaky = [*train, *test[:1] * 3, *copies], [*validation, test[-1]], test
    nearly = [(parts, *won_by(fewest, [target for _, target in test])) for fewest in (7, 6)]
    return [(parts, good, written(0.1)), (parts, lucky, written(0.3)), (leaky, good, written(0.1)), *nearly]


def wrong_texts(target):
    """Return texts that are not the target, though most of them look like it."""
    return "?", target.upper(), f"{target}.", target[:-1]


def won_by(fewest, targets):
    """Return what three seeds wrote that win `fewest` questions or one or two more, and what the control answered."""
    return [["?"] * n + targets[n:] for n in (1, 2, 0)], ["?"] * (fewest + 2) + targets[fewest + 2 :]


def card(parts, written, control):
    """Three parts, what each seed wrote to the test, what the control answered -> the card: a dict."""
    train, _, test = parts
    known = {normalise(text) for text, _ in train}
    targets = [target for _, target in test]
    *runs, right = [
        [text == target for text, target in zip(texts, targets, strict=True)] for texts in [*written, control]
    ]
    scores = [100 * sum(run) / len(test) for run in runs]
    leaked = sum(normalise(text) in known for text, _ in test)
    chance = max(compare(run, right)["by chance"] for run in runs)
    return {
        "data": "the numbers from 1 to 999, but full hundreds, in Portuguese and in English; a program wrote them",
        "licence": "CC0; they are facts",
        "pairs": [len(part) for part in parts],
        "leaked": leaked,
        "scores": scores,
        "mean": sum(scores) / len(scores),
        "lowest": min(scores),
        "control": 100 * sum(right) / len(test),
        "by chance": chance,
        "claim": "better" if chance < 0.01 and not leaked else "open",
        "not shown": "that it can count: all numbers of the test have as many digits as some in the training",
    }


def read_card(answer, parts, written, control):
    """A card whose texts, of which each has its own, are judged by being there. Raises CourseError if it is no dict."""
    given = answer(parts, written, control)
    if not isinstance(given, dict | None):
        raise CourseError(f"expected a dict, got {type(given).__name__}")
    return given and {**given, **{name: told(name, given.get(name)) for name in TEXTS}}


def told(name, text):
    """Whether a text says something."""
    words = len(text.split()) if isinstance(text, str) else 0
    return "missing" if not words else "too short" if name == "not shown" and words < FEWEST_WORDS else "there"


def of_texts(**texts):
    """A card with other texts."""
    return lambda *case: card(*case) | texts


CARD = Exercise(
    id="80.5",
    title="The card",
    points=3,
    truth=card,
    cases=measured_cases,
    run=read_card,
    mistakes=[
        ("what is it, and who wrote it?", of_texts(data="")),
        ("may others use it?", of_texts(licence="")),
        ("say in a sentence what the numbers do not show", of_texts(**{"not shown": ""})),
        ("say in a sentence what the numbers do not show", of_texts(**{"not shown": "nothing"})),
        (
            "how many pairs each part has, not only how many there are",
            Edit("[len(part) for part in parts] → sum(map(len, parts))"),
        ),
        (
            "leaked: capitals and punctuation make no other input",
            Edit("{normalise(text) for → {text for", "normalise(text) in known → text in known"),
        ),
        (
            "leaked: inputs of the test that are in the training, in a number",
            Edit('"leaked": leaked → "leaked": 0', "not leaked → True"),
        ),
        (
            "leaked: inputs of the test, each once, however often the training has them",
            Edit(
                "sum(normalise(text) in known for text, _ in test) → "
                "sum(normalise(text) in {normalise(asked) for asked, _ in test} for text, _ in train)"
            ),
        ),
        (
            "leaked: only the training counts; nothing is learned from the validation part",
            Edit("for text, _ in train} → for text, _ in [*train, *parts[1]]}"),
        ),
        (
            "a text is right if it equals the target: capitals and punctuation count",
            Edit("[text == target for → [normalise(text) == normalise(target) for"),
        ),
        ("leaked is a number of inputs, not whether there is one", Edit('"leaked": leaked → "leaked": leaked > 0')),
        ("scores are percent", Edit("[100 * sum(run) → [sum(run)")),
        ("each seed has a score of its own", Edit('"scores": scores → "scores": [sum(scores) / len(scores)]')),
        ("the lowest is the score of the worst seed", Edit("min(scores) → max(scores)")),
        ("the mean of all seeds, not the best one", Edit("sum(scores) / len(scores) → max(scores)")),
        ("the control's score is in percent, like the others", Edit("100 * sum(right) → sum(right)")),
        ("the chance of the worst seed's result: the largest of all", Edit("max(compare → min(compare")),
        (
            "the chance of the worst seed's result: the largest of all",
            lambda *case: card(*case) | {"by chance": mean_chance(*case)},
        ),
        ("with a leak nothing is shown: what is tested was learnt", Edit(" and not leaked → ")),
        (
            "better is what chance gives in less than 1 of 100 cases, for each seed",
            Edit("chance < 0.01 → min(scores) > 0"),
        ),
        ("the threshold is 0.01, not 0.05", Edit("chance < 0.01 → chance < 0.05")),
        (
            "better is what chance gives in less than 1 of 100 cases, for each seed",
            Edit('"better" if chance < 0.01 and not leaked else "open" → "better"'),
        ),
    ],
)


def mean_chance(parts, written, control):
    """The mean of what chance gives for each seed."""
    right = [
        [text == target for text, (_, target) in zip(texts, parts[2], strict=True)] for texts in [*written, control]
    ]
    return mean(compare(run, right[-1])["by chance"] for run in right[:-1])
