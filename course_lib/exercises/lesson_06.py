"""Exercises of lesson 06: searching and scoring."""

import math
from collections import Counter

from course_lib.exercises.exercise import Exercise

# 06.1 BLEU on paper
REFERENCE, OUTPUT = "the cat sees the dog .", "the cat the cat ."


def bleu_parts(clipped=True):
    said, wanted = OUTPUT.split(), REFERENCE.split()
    shares = []
    for n in (1, 2):
        grams = [Counter(tuple(words[i : i + n]) for i in range(len(words) - n + 1)) for words in (said, wanted)]
        unclipped = sum(count for gram, count in grams[0].items() if gram in grams[1])
        matches = (grams[0] & grams[1]).total() if clipped else unclipped
        shares.append(matches / grams[0].total())
    return {"precision 1": shares[0], "precision 2": shares[1], "penalty": math.exp(1 - len(wanted) / len(said))}


# 06.2 A beam of two
BEAM = {"greedy": "a", "greedy p": 0.24, "beam": "b", "beam p": 0.36, "per token": math.log(0.36) / 2, "error": "model"}

# 06.3 Teacher-forced against free-running
FORCED = {"teacher-forced": 5 / 6, "free-running": 2 / 6, "writes": "the dog sleeps ."}

# 06.4 Rules or phrases?
SENTENCES, COMBINATIONS = 900, 600  # held-out pairs of each kind
ALL_OF_B = (SENTENCES * 88 + COMBINATIONS * 85) / (SENTENCES + COMBINATIONS)
JUDGEMENT = {"rules": "B", "all": ALL_OF_B, "1": "article", "2": "missing", "3": "copied"}

EXERCISES = [
    Exercise(
        id="06.1",
        title="BLEU on paper",
        points=2,
        truth=bleu_parts,
        tolerance=3e-3,
        mistakes=[
            (
                'each word of the reference may be used once: the second "cat" does not count',
                {"precision 1": bleu_parts(clipped=False)["precision 1"]},
            ),
            (
                'each pair of the reference may be used once: the second "the cat" does not count',
                {"precision 2": bleu_parts(clipped=False)["precision 2"]},
            ),
            ("a precision is a share of the output, not of the reference", {"precision 1": 4 / 6}),
            ("the output is too short: there is a penalty", {"penalty": 1}),
            ("the exponent is 1 − r / c, reference over output", {"penalty": math.exp(1 - 5 / 6)}),
        ],
    ),
    Exercise(
        id="06.2",
        title="A beam of two",
        points=2,
        truth=lambda: BEAM,
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
        ],
    ),
    Exercise(
        id="06.3",
        title="Teacher-forced against free-running",
        points=2,
        truth=lambda: FORCED,
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
        ],
    ),
    Exercise(
        id="06.4",
        title="Rules or phrases?",
        points=2,
        truth=lambda: JUDGEMENT,
        tolerance=1e-3,
        mistakes=[
            ("where words are combined that never met in training, A falls far behind B", {"rules": "A"}),
            ("there are more sentences than combinations; the mean of the two shares weighs them alike", {"all": 86.5}),
            ("this is the share in 1,500 of A", {"all": (SENTENCES * 95 + COMBINATIONS * 60) / 1500}),
            ("an stands before a vowel: only the article is wrong", {"1": "copied"}),
            ("new is gone, and all other words are there", {"2": "article"}),
            ("girl stands where book should be: a word of the sentence was said again", {"3": "missing"}),
        ],
    ),
]
