"""Exercises of lesson 06: searching and scoring."""

import math

from course_lib.exercises.exercise import Exercise
from course_lib.exercises.values import ANY_OTHER

# 06.1 BLEU on paper


def scores():
    return {"precision 1": 4 / 5, "precision 2": 1 / 4, "penalty": 0.8187}


# 06.2 A beam of two


def search():
    return {"greedy": "a", "greedy p": 0.24, "beam": "b", "beam p": 0.36, "per token": -0.5108, "error": "model"}


# 06.3 Teacher-forced against free-running


def comparison():
    return {"writes": "the dog sleeps .", "teacher-forced": 5 / 6, "free-running": 2 / 6}


# 06.4 Rules or phrases?
# held-out pairs of each kind


def judgement():
    return {
        "rules": "B",
        "all": (900 * 88 + 600 * 85) / 1500,
        "1": "article",
        "2": "missing",
        "3": "copied",
    }


EXERCISES = [
    Exercise(
        id="06.1",
        title="BLEU on paper",
        points=2,
        truth=scores,
        tolerance=3e-3,
        mistakes=[
            (
                'each word of the reference may be used once: the second "cat" does not count',
                {"precision 1": 5 / 5},
            ),
            (
                'each pair of the reference may be used once: the second "the cat" does not count',
                {"precision 2": 2 / 4},
            ),
            ("a precision is a share of the output, not of the reference", {"precision 1": 4 / 6}),
            ("the output is too short: there is a penalty", {"penalty": 1}),
            ("this is the quotient of the lengths; the penalty is e to the power of something", {"penalty": 5 / 6}),
            ("the exponent is 1 − r / c, reference over output", {"penalty": math.exp(1 - 5 / 6)}),
            ('a word may count as often as the reference has it: "the" is there twice', {"precision 1": 3 / 5}),
            *[
                ("the full stop is a token, too: the output has five tokens, the reference six", wrong)
                for wrong in ({"precision 1": 3 / 4}, {"precision 2": 1 / 3}, {"penalty": math.exp(1 - 5 / 4)})
            ],
            ("five words have four pairs: divide by 4", {"precision 2": 1 / 5}),
            ("a precision is a share of the output's pairs, not of the reference's", {"precision 2": 1 / 6}),
            ("the penalty goes down with missing words: the exponent is below 0", {"penalty": math.exp(1 / 5)}),
            ("the exponent is 1 − r / c; here the 1 is missing", {"penalty": math.exp(-6 / 5)}),
        ],
    ),
    Exercise(
        id="06.2",
        title="A beam of two",
        points=2,
        truth=search,
        tolerance=3e-3,
        mistakes=[
            ("greedy search takes the likeliest first token, which is a", {"greedy": "b"}),
            ("probabilities of the tokens are multiplied: 0.6 · 0.4", {"greedy p": 1.0}),
            ("this is the first token only; the end token is part of the output", {"greedy p": 0.6}),
            ("the beam keeps b in second place, and b ends more surely", {"beam": "a"}),
            ("this is the first token only; the end token is part of the output", {"beam p": 0.4}),
            ("this is the probability; its score is log p over the number of tokens", {"per token": 0.18}),
            ("this is the sum of log p; per token means divided by 2", {"per token": math.log(0.36)}),
            ("the search found what the model finds likelier: it is the model that is wrong", {"error": "search"}),
            ("log p is divided by the number of tokens, not p", {"per token": math.log(0.36 / 2)}),
            ("log p of a probability is below 0: the sign is missing", {"per token": -math.log(0.36) / 2}),
            ("BOS is no token of the output: there are two", {"per token": math.log(0.36) / 3}),
            ("this is the score of greedy search; asked for is the beam's winner", {"per token": math.log(0.24) / 2}),
            ("the natural logarithm was meant", {"per token": math.log2(0.36) / 2}),
            ("this is the last token only; an output's probability is a product", {"beam p": 0.9}),
            ("this is the last token only; an output's probability is a product", {"greedy p": 0.4}),
            ("probabilities of the tokens are multiplied: 0.4 · 0.9", {"beam p": 1.3}),
        ],
    ),
    Exercise(
        id="06.3",
        title="Teacher-forced against free-running",
        points=2,
        truth=comparison,
        tolerance=5e-3,
        mistakes=[
            ("fed the truth, it reads sees after its one mistake, and goes on rightly", {"teacher-forced": 2 / 6}),
            ("fed the truth, it is wrong once: after dog it says sleeps", {"teacher-forced": 1.0}),
            ("free-running, it reads its own sleeps, and the rest is at the wrong places", {"free-running": 5 / 6}),
            (
                "two of six: the full stop at the fourth place is wrong, and the last two places are empty",
                {"free-running": 3 / 6},
            ),
            (
                "free-running, it reads what it wrote itself: after sleeps comes the full stop",
                {"writes": "the dog sleeps a cat ."},
            ),
            ("free-running, it never reads sees, for it did not write it", {"writes": "the dog sees a cat ."}),
            ("the full stop is written, too", {"writes": "the dog sleeps"}),
            ("it looks at its own last word only: start at BOS, and look up each word", {"writes": ANY_OTHER}),
            ("fed the truth, one mistake costs one place: the next one reads the reference", {"teacher-forced": 4 / 6}),
            ("there are six positions: the full stop is one", {"teacher-forced": 4 / 5}),
            ("there are six positions: the full stop is one", {"free-running": 2 / 5}),
        ],
    ),
    Exercise(
        id="06.4",
        title="Rules or phrases?",
        points=2,
        truth=judgement,
        tolerance=1e-3,
        mistakes=[
            ("where words are combined that never met in training, A falls far behind B", {"rules": "A"}),
            ("there are more sentences than combinations; the mean of the two shares weighs them alike", {"all": 86.5}),
            ("this is the share in 1,500 of A", {"all": (900 * 95 + 600 * 60) / 1500}),
            ("an stands before a vowel: only the article is wrong", {"1": ANY_OTHER}),
            ("new is gone, and all other words are there", {"2": ANY_OTHER}),
            ("girl stands where book should be: a word of the sentence was said again", {"3": ANY_OTHER}),
        ],
    ),
]
