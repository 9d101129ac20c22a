"""Exercises of the capstone: a model of your own, on your own data, with a control, tests, and a card."""

import random
from collections import Counter

from course_lib.data.deduplication import normalise
from course_lib.errors import CourseError
from course_lib.exercises.cases import number
from course_lib.exercises.exercise import Exercise
from course_lib.exercises.model_card import CARD, COMPARE
from course_lib.exercises.solutions import Edit
from course_lib.exercises.whole_project import PROJECT

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
        f"different inputs after `normalise` ({FEWEST_INPUTS} at least)": min(
            len(set(map(normalise, texts))), FEWEST_INPUTS
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
    dice, pairs = random.Random(seed), []
    for thing in range(dice.choice(range(60, 100))):
        texts = f"red {thing}", f"red {thing}", f"  red  {thing}", f"RED {thing}!"
        pairs += [(text, f"{thing}-{copy}") for copy, text in enumerate(texts[: dice.choice((1, 1, 2, 4))])]
    return [(pairs,)]


def split(pairs):
    """A list of pairs -> those for the training, for validation and for the test: three lists."""
    inputs = sorted({normalise(text) for text, _ in pairs})
    random.Random(0).shuffle(inputs)
    few = len(inputs) // 10
    test, validation = set(inputs[:few]), set(inputs[few : 2 * few])
    parts = [], [], []
    for pair in pairs:
        text = normalise(pair[0])
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
    inputs = [{normalise(pair[0]) for pair in part} for part in parts]
    listed = list(dict.fromkeys(normalise(text) for text, _ in pairs))
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
        words = set(normalise(text).split())
        return max(train, key=lambda pair: len(words & set(normalise(pair[0]).split())))[1]

    return {"most frequent": [frequent] * len(test), "nearest": [nearest(text) for text, _ in test]}


EXERCISES = [
    Exercise(
        id="80.1",
        title="Pairs of your own",
        points=2,
        truth=own_pairs,
        cases=lambda seed: [()],
        run=look_at_pairs,
        mistakes=[
            (
                "500 different inputs at least, so that a tenth of them, the test, has 50",
                Edit("for hundred in hundreds → for hundred in hundreds[:3]"),
            ),
            (
                "500 different inputs at least; capitals, blanks and punctuation make no other one",
                Edit('f"{hundred}{far}{rest}" → rest + "." * len(hundred)'),
            ),
            ("each pair has two texts: write a number as str(n)", Edit("count(*english) → range(990)")),
            (
                "who always writes the most frequent target is right on most pairs",
                Edit("count(*english) → ['many'] * 990"),
            ),
            (
                "most targets are their inputs again: there is nothing to learn",
                Edit("count(*english) → count(*portuguese)"),
            ),
            (
                "each call gives other pairs; draw with a seed",
                Edit(
                    "return list(zip(count(*portuguese), count(*english), strict=True)) → "
                    "return random.sample([*zip(count(*portuguese), count(*english), strict=True)], 600)"
                ),
            ),
        ],
    ),
    Exercise(
        id="80.2",
        title="Find the bug: three parts that leak",
        points=3,
        truth=split,
        cases=lists_of_pairs,
        run=look_at_parts,
        mistakes=[
            (
                "pairs with the same input are in two parts: what is tested was learnt",
                Edit("{normalise(text) for text, _ in pairs} → set(pairs)", "text = normalise(pair[0]) → text = pair"),
            ),
            (
                "capitals, blanks and punctuation make no other input",
                Edit("{normalise(text) for → {text for", "text = normalise(pair[0]) → text = pair[0]"),
            ),
            ("the training still has the pairs of the test", lambda pairs: (list(pairs), *split(pairs)[1:])),
            (
                "the list has an order; draw the parts from all of it",
                Edit("random.Random(0).shuffle(inputs) → "),
            ),
            (
                "the parts depend on the order of the list; sort the inputs, then draw with a seed",
                Edit(
                    "sorted({normalise(text) for text, _ in pairs}) → [*dict.fromkeys(normalise(p[0]) for p in pairs)]"
                ),
            ),
            ("a tenth of the different inputs for validation, and a tenth for the test", Edit("// 10 → // 5")),
            ("a tenth of the different inputs for validation, and a tenth for the test", Edit("// 10 → // 20")),
            ("each call gives other parts; draw with a seed", Edit("random.Random(0) → random.SystemRandom()")),
            ("the training comes first, then validation, then the test", Edit("return parts → return parts[::-1]")),
            (
                "of several pairs with the same input, all are kept",
                Edit("for pair in pairs: → for pair in {normalise(p[0]): p for p in pairs[::-1]}.values():"),
            ),
        ],
    ),
    Exercise(
        id="80.3",
        title="Without a model",
        points=2,
        truth=controls,
        cases=answered_lists,
        mistakes=[
            ("nobody knows the targets of the test before", Edit("for _, target in train → for _, target in test")),
            ("the most frequent target, not the most frequent input", Edit("Counter(target for → Counter(_ for")),
            ("asked for are answers to the inputs of the test", lambda train, test: controls(train, train)),
            ("train and test are exchanged", lambda train, test: controls(test, train)),
            ("of several that are as near, the first one answers", Edit("max(train → max(train[::-1]")),
            ("this is the input that is farthest", Edit("max(train → min(train")),
            ("this is the nearest input; its target is the answer", Edit(".split())))[1] → .split())))[0]")),
            ("inputs are compared with inputs, not with targets", Edit("normalise(pair[0]) → normalise(pair[1])")),
            (
                "inputs are compared with inputs, not with targets",
                Edit(
                    "normalise(pair[0]) → normalise(pair[1])",
                    "nearest(text) for text, _ in → nearest(text) for _, text in",
                ),
            ),
            ("capitals make no other word", Edit("normalise(text) → text", "normalise(pair[0]) → pair[0]")),
            (
                "a word counts once, however often it is there",
                Edit(
                    "set(normalise(text).split()) → normalise(text).split()",
                    "len(words & set(normalise(pair[0]).split())) → sum(w in normalise(pair[0]) for w in words)",
                ),
            ),
            (
                "a word counts once, however often it is there",
                Edit(
                    "len(words & set(normalise(pair[0]).split())) → sum(w in words for w in normalise(pair[0]).split())"
                ),
            ),
            (
                "near is what has many words in common; letters don't count",
                Edit("normalise(text).split() → normalise(text)", "normalise(pair[0]).split() → normalise(pair[0])"),
            ),
        ],
    ),
    COMPARE,
    CARD,
    PROJECT,
]
