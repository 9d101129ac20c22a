"""Exercises of the capstone: a model of your own, on your own data, with a control, tests, and a card."""

import math
import random
from collections import Counter
from operator import eq
from statistics import mean, mode

from course_lib.data.deduplication import normalize
from course_lib.errors import CourseError
from course_lib.workshop.exercises.cases import number
from course_lib.workshop.exercises.exercise import Exercise
from course_lib.workshop.exercises.values import first_difference

FEWEST_INPUTS = 500  # a tenth of them is the test


# 80.1 Pairs of your own
def own_pairs():
    """What the model reads, and what it is to write: a list of pairs of texts."""
    ones = "um dois três quatro cinco seis sete oito nove dez onze doze treze catorze quinze dezasseis dezassete"
    tens = "vinte trinta quarenta cinquenta sessenta setenta oitenta noventa"
    hundreds = "cento duzentos trezentos quatrocentos quinhentos seiscentos setecentos oitocentos novecentos"
    portuguese = f"{ones} dezoito dezanove".split(), tens.split(), hundreds.split(), " e ", " e "
    ones = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
    tens = "twenty thirty forty fifty sixty seventy eighty ninety"
    hundreds = [f"{one} hundred" for one in ones.split()[:9]]
    english = f"{ones} eighteen nineteen".split(), tens.split(), hundreds, " ", " and "

    def count(ones, tens, hundreds, near, far):
        small = [*ones, *(f"{ten}{near}{one}" if one else ten for ten in tens for one in ["", *ones[:9]])]
        return small + [f"{hundred}{far}{rest}" for hundred in hundreds for rest in small]

    return list(zip(count(*portuguese), count(*english), strict=True))


def look_at_pairs(answer):
    """Count what may be wrong with a data set; more inputs than are needed count as what is needed."""
    given, again = answer(), answer()
    if given is None:
        return None
    pairs = [pair for pair in given if is_pair(pair)]
    texts = {text for text, _ in pairs}
    targets = Counter(target for _, target in pairs)
    return {
        "entries that are no pair of texts": len(given) - len(pairs),
        f"different inputs ({FEWEST_INPUTS} at least)": min(len(texts), FEWEST_INPUTS),
        f"different inputs after `normalize` ({FEWEST_INPUTS} at least)": min(
            len(set(map(normalize, texts))), FEWEST_INPUTS
        ),
        "targets": "one in most pairs" if max(targets.values(), default=0) > len(pairs) / 2 else "fine",
        "copies": "most pairs" if sum(text == target for text, target in pairs) > len(pairs) / 2 else "fine",
        "the same again": pairs == [pair for pair in again if is_pair(pair)],
    }


def is_pair(pair):
    """Whether these are two texts with something in them."""
    return isinstance(pair, list | tuple) and len(pair) == 2 and all(isinstance(x, str) and x.strip() for x in pair)


# 80.2 Three parts
def lists_of_pairs(seed):
    """Inputs, each once, twice or four times, now and then in capitals or with more blanks."""
    rng, pairs = random.Random(seed), []
    for thing in range(rng.choice(range(60, 100))):
        texts = f"red {thing}", f"red {thing}", f"  red  {thing}", f"RED {thing}!"
        pairs += [(text, f"{thing}-{copy}") for copy, text in enumerate(texts[: rng.choice((1, 1, 2, 4))])]
    return [(pairs,)]


def split(pairs):
    """A list of pairs -> those for the training, for validation and for the test: three lists."""
    inputs = sorted({normalize(text) for text, _ in pairs})
    random.Random(0).shuffle(inputs)
    few = len(inputs) // 10
    test, validation = set(inputs[:few]), set(inputs[few : 2 * few])
    parts = [], [], []
    for pair in pairs:
        text = normalize(pair[0])
        parts[2 if text in test else 1 if text in validation else 0].append(pair)
    return parts


def look_at_parts(answer, pairs):
    """What is true of the three parts, whatever was drawn. Raises CourseError if there are not three."""
    drawn = answer(pairs)
    if drawn is None:
        return None
    parts = [[tuple(pair) for pair in part] for part in drawn]
    if len(parts) != 3:
        raise CourseError(f"expected three lists, got {len(parts)}")
    again, turned = answer(list(pairs)), answer(pairs[::-1])
    inputs = [{normalize(pair[0]) for pair in part} for part in parts]
    listed = list(dict.fromkeys(normalize(text) for text, _ in pairs))
    count = Counter(pair for part in parts for pair in part)
    return {
        "pairs lost": len(set(pairs) - count.keys()),
        "pairs in it twice": sum(n > 1 for n in count.values()),
        "inputs in two parts": sum(n > 1 for n in Counter(text for part in inputs for text in part).values()),
        "inputs for validation": len(inputs[1]),
        "inputs for the test": len(inputs[2]),
        "the test in one piece": any(in_one_piece(inputs[2], order) for order in (listed, sorted(listed))),
        "the same again": all(map(same_pairs, parts, again)),
        "the same in another order": all(map(same_pairs, parts, turned)),
    }


def in_one_piece(part, order):
    """Whether the members of a part stand beside each other in the order."""
    places = [place for place, text in enumerate(order) if text in part]
    return bool(places) and places[-1] - places[0] < len(places)


def same_pairs(a, b):
    return set(a) == set(map(tuple, b))


# 80.3 Without a model
def answered_lists(seed):
    u = number(seed, 1, 3)
    train = [("The cat", "o gato"), ("the red cat", "o gato vermelho"), ("a dog", "um cão")]
    train += [("a dog, a dog, a dog", "cães")] + [("yes", "sim")] * (2 + u)
    test = [
        ("the Red dog", "o cão vermelho"),
        ("yes", "sim"),
        ("the red cat", "o gato vermelho"),
        ("A cat", "um felino"),
    ]
    test += [("dog dog dog the cat", "o gato"), ("a tac", "um cão")] * u
    return [(train, test), (train[::-1], test[::-1])]


def controls(train, test):
    """Two lists of pairs -> what answers without a model: {"most frequent": N texts, "nearest": N texts}."""
    frequent, _ = Counter(target for _, target in train).most_common(1)[0]

    def nearest(text):
        words = set(normalize(text).split())
        return max(train, key=lambda pair: len(words & set(normalize(pair[0]).split())))[1]

    return {"most frequent": [frequent] * len(test), "nearest": [nearest(text) for text, _ in test]}


# 80.4 More than chance?
TEXTS = "data", "license", "not shown"

FEWEST_WORDS = 8  # of what the numbers do not show


# 80.4 More than chance?
def pairs_of_verdicts(seed):
    rng = random.Random(seed)
    cases = []
    for items, better in ((40, 0.5), (97, 0.2), (23, 0.0)):
        control = [rng.random() < 0.5 for _ in range(items)]
        cases.append(([right or rng.random() < better for right in control], control))
    flawed = [right and rng.random() < 0.9 for right in cases[0][0]]
    apart = [[rng.random() < share for _ in range(31)] for share in (0.6, 0.5)]
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


# 80.5 The card
def measured_cases(seed, questions=23):
    """Return parts, what three seeds wrote, and what a control answered.

    The model is clearly better, then by luck, then with a leak; at last chance gives 1/128 and 1/64. Some wrong answers
    look like the target. In the leak, an input of the test is in the training three times, some others are there in
    capitals, and one is in the validation.
    """
    rng = random.Random(seed)
    pairs = [(f"text {n} of kind {n % 7}", f"target {n}") for n in range(2 * questions + rng.randrange(7))]
    test, validation, train = pairs[:questions], pairs[questions : questions + 5], pairs[questions + 5 :]
    copies = [(text.upper() + "!", target) for text, target in test[1 : rng.randrange(3, 9)]]

    def written(share):
        return [target if rng.random() < share else rng.choice(wrong_texts(target)) for _, target in test]

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
    known = {normalize(text) for text, _ in train}
    targets = [target for _, target in test]
    *runs, right = [
        [text == target for text, target in zip(texts, targets, strict=True)] for texts in [*written, control]
    ]
    scores = [100 * sum(run) / len(test) for run in runs]
    leaked = sum(normalize(text) in known for text, _ in test)
    chance = max(compare(run, right)["by chance"] for run in runs)
    return {
        "data": "the numbers from 1 to 999, but full hundreds, in Portuguese and in English; a program wrote them",
        "license": "CC0; they are facts",
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


def mean_chance(parts, written, control):
    """The mean of what chance gives for each seed."""
    right = [
        [text == target for text, (_, target) in zip(texts, parts[2], strict=True)] for texts in [*written, control]
    ]
    return mean(compare(run, right[-1])["by chance"] for run in right[:-1])


# 80.6 The project
FEWEST_TESTS, FEWEST_SEEDS = 50, 3

MANY = 5  # different mistakes; two models don't make the same ones by chance


def nearest_targets(train, test):
    """Return what the nearest pair of the training answers to each input of the test."""
    known = [(set(normalize(text).split()), target) for text, target in train]

    def nearest(words):
        return max(known, key=lambda pair: len(words & pair[0]))[1]

    return [nearest(set(normalize(text).split())) for text, _ in test]


parts, written, _ = measured_cases(0, questions=53)[0]  # as the notebook has them before

nearest = nearest_targets(parts[0], parts[2])


def project():
    """All that was measured, and the card."""
    measured = {"parts": parts, "written": written, "control": nearest}
    return {**measured, "card": card(parts, written, nearest)}


def audit(answer):
    """What is wrong with a project, in words; "fine" where nothing is. Raises CourseError where a part is missing."""
    given = answer()
    if given is None:
        return None
    parts, written, control, told = (given.get(name) for name in ("parts", "written", "control", "card"))
    lacks = [name for name in ("parts", "written", "control", "card") if name not in given]
    if lacks:
        raise CourseError(
            f"`project()` must return a dict with parts, written, control and card; it lacks {', '.join(lacks)}"
        )
    if not (parts and written and control and told):
        raise CourseError("something that `project()` returns is empty; have all cells above been run?")
    train, validation, test = ({normalize(text) for text, _ in part} for part in parts)
    leaks = train & validation | train & test | validation & test
    complete = {len(texts) for texts in [*written, control]} == {len(parts[2])}
    return {
        "leaks": "some inputs are in two parts" if leaks else "fine",
        "test": "fine" if len(test) >= FEWEST_TESTS else "too few inputs",
        "seeds": seeds_of(written, parts[2]),
        "answers": "fine" if complete else "not one for each question",
        "control": "fine" if is_nearest(control, parts) else "not what the nearest pairs answer",
        "card": untrue(told, parts, written, control) if complete else "not read",
    }


def seeds_of(written, test):
    """Judge what the seeds wrote: enough of them, and none of them twice.

    Two seeds may write the same if they make few mistakes, or always the same one, but not if they make many.
    """
    if len(written) < FEWEST_SEEDS:
        return "too few"
    mistakes = [[text for text, (_, target) in zip(texts, test, strict=False) if text != target] for texts in written]
    again = [texts for n, texts in enumerate(written) if len(set(mistakes[n])) >= MANY and texts in written[:n]]
    return "fine" if len(written) - len(again) >= FEWEST_SEEDS else "one of them again"


def is_nearest(control, parts):
    """Whether the control is what the nearest pairs answer; the first questions tell, since there may be thousands."""
    train, _, test = parts
    return all(map(eq, control, nearest_targets(train, test[:FEWEST_TESTS])))


def untrue(told, *measured):
    """What a card says that was not measured; "fine" if there is nothing."""
    difference = first_difference(*(read_card(answer, *measured) for answer in (lambda *_: told, card)), 1e-4)
    return "fine" if difference is None else f"{difference.part or difference.text}: not what was measured"


def handed_in(*measured, **changes):
    """A project with other parts, texts or control; the card says what these give, but for `changes`."""
    names = "parts", "written", "control"
    return lambda: {**dict(zip(names, measured, strict=True)), "card": card(*measured) | changes}


def cut(texts):
    """What a shorter test would have."""
    return texts[:20]


leaky = parts[0] + parts[2], *parts[1:]


EXERCISES = [
    Exercise(
        id="80.1", title="Pairs of your own", points=2, truth=own_pairs, cases=lambda seed: [()], run=look_at_pairs
    ),
    Exercise(
        id="80.2",
        title="Find the bug: three parts that leak",
        points=3,
        truth=split,
        cases=lists_of_pairs,
        run=look_at_parts,
    ),
    Exercise(
        id="80.3",
        title="Without a model",
        points=2,
        truth=controls,
        cases=answered_lists,
    ),
    Exercise(
        id="80.4",
        title="More than chance?",
        points=3,
        truth=compare,
        cases=pairs_of_verdicts,
    ),
    Exercise(
        id="80.5",
        title="The card",
        points=3,
        truth=card,
        cases=measured_cases,
        run=read_card,
        mistakes=[
            ("what is it, and who wrote it?", of_texts(data="")),
            ("may others use it?", of_texts(license="")),
            ("say in a sentence what the numbers do not show", of_texts(**{"not shown": ""})),
            ("say in a sentence what the numbers do not show", of_texts(**{"not shown": "nothing"})),
            (
                "the chance of the worst seed's result: the largest of all",
                lambda *case: card(*case) | {"by chance": mean_chance(*case)},
            ),
        ],
    ),
    Exercise(
        id="80.6",
        title="The project",
        points=4,
        truth=project,
        cases=lambda seed: [()],
        run=audit,
        mistakes=[
            (
                "take the three parts that `split` gives: what is tested was learned",
                handed_in(leaky, written, nearest_targets(leaky[0], leaky[2])),
            ),
            (
                "with fewer than 50 questions, one answer more is 2 points: take more pairs",
                handed_in((*parts[:2], cut(parts[2])), list(map(cut, written)), cut(nearest)),
            ),
            ("one seed may be luck: three at least", handed_in(parts, written[:1], nearest)),
            (
                "three seeds, not one three times: does each training get its own seed?",
                handed_in(parts, written[:1] * 3, nearest),
            ),
            (
                "the control is what the nearest pair of the training answers, not the most frequent target",
                handed_in(parts, written, [mode(target for _, target in parts[0])] * len(nearest)),
            ),
            *[
                (
                    "the card's numbers are those of this run: let `card` count them",
                    handed_in(parts, written, nearest, **wrong),
                )
                for wrong in ({"scores": [99.0] * 3}, {"mean": 99.0}, {"claim": "open"}, {"leaked": 5})
            ],
        ],
    ),
]
