"""Exercises of lesson 25: a vision-language model."""

from collections import Counter

import torch

from course_lib.exercises.cases import number
from course_lib.exercises.conversations import CONVERSATION_MISTAKES, conversation_cases, converse, put_in, write
from course_lib.exercises.exercise import Exercise
from course_lib.exercises.stages import STAGE_MISTAKES, freeze, moved, moving_cases, try_both


def each(cause, part, values):
    return [(cause, {part: value}) for value in values]


# 25.1 On paper: a pixel shuffle, a connector, and what is read
GRID = torch.tensor([[1, 2, 0, 3], [0, 4, 1, 1], [2, 0, 5, 0], [3, 1, 0, 2]])
CONNECTOR = torch.tensor([[1, 0], [0, 1], [1, 0], [0, 2]])
WORDS = torch.tensor([[8, 0], [7, 7], [9, 0]])


def paper(order=(0, 2, 1, 3), before=1):
    """The axes of the squares: row of squares, row in it, column of squares, column in it."""
    squares = GRID.reshape(2, 2, 2, 2).permute(order).reshape(4, 4)
    reads = torch.cat([WORDS[:before], squares @ CONNECTOR, WORDS[before:]])
    return {"squares": squares, "visual": squares @ CONNECTOR, "reads": reads, "position of ?": 6, "no shuffle": 19}


def squares_as(cause, order):
    return [(cause, {part: paper(order)[part]}) for part in ("squares", "visual", "reads")]


# 25.3 A checkpoint of the hub
HUB = {"visual tokens": 196, "model.look": (2, 196, 768), "linear_1.weight": (2048, 768), "model.embed": (1, 422, 2048)}
HUB |= {"layers that run": 11, "vision_tower": "g", "multi_modal_projector": "W", "language_model": "f"}
WHERE = {"A": "second picture", "B": "vision_feature_layer", "C": "rms_norm_eps", "D": "rope_theta"}
SIGNS = {
    "A": "A is right until the second picture begins",
    "B": "B goes wrong where the first picture begins",
    "C": "C is wrong from the first token on",
    "D": "D is right at the first token: there it sees itself only, and position 0 turns nothing",
}

# 25.4 Five connectors
KINDS = {"A": "pixel shuffle", "B": "linear", "C": "4 x 4", "D": "mlp", "E": "mean"}
SIZES = {
    "A": "A makes 144 tokens, and its first layer reads four patches at once",
    "B": "B has the fewest parameters: one layer",
    "C": "C makes 36 tokens of 576 patches: sixteen become one",
    "D": "D makes a token of each patch, by two layers",
    "E": "E makes 144 tokens, with the parameters of two layers for one patch",
}
COMPARED = KINDS | {"beaten": {"B", "E"}, "seven pictures": "A", "most": 26, "scores": (876 / 444) ** 2}


def mixed_up(true, signs):
    return [(signs[letter], {letter: n}) for letter in true for n in true.values() if n != true[letter]]


# 25.6 A score and a guess
def score_cases(seed):
    """Questions and answers in training and test, and the curves of two runs."""
    u = number(seed, 1, 3)
    heard = (("who", "a man", 4 + u), ("who", "a girl", 6 + u), ("where", "park", 3), ("where", "farm", 1))
    heard += (("count", "two", 2), ("count", "one", 4))
    asked = (("who", "a girl", 3), ("who", "a man", 4 + u), ("where", "park", 2), ("where", "beach", 1))
    asked += (("count", "two", 2), ("count", "one", 1), ("colour", "red", 2))
    train, test = ([pair[:2] for pair in pairs for _ in range(pair[2])] for pairs in (heard, asked))
    alone = [(0, 0.0), (30, 20.0), (90, 52.0 + u), (150, 61.0), (200, 56.0)]
    both = [(0, 3.0), (20, 31.0), (70, 56.0), (120, 60.0), (150, 64.0 + u)]
    return [(train, test, alone, both), (train[::-1], test[::-1], alone, [both[0], (10, 12.0), *both[1:]])]


def favourites(train):
    return {q: Counter(a for p, a in train if p == q).most_common(1)[0][0] for q, _ in train}


def guess(train, test, factor=100):
    best = favourites(train)
    return factor * sum(best.get(question) == answer for question, answer in test) / len(test)


def guess_alike(train, test):
    return guess([("", answer) for _, answer in train], [("", answer) for _, answer in test])


def guess_what_was_heard(train, test):
    return guess(train, [pair for pair in test if pair[0] in favourites(train)])


def guess_by_question(train, test):
    scores = [guess(train, [pair for pair in test if pair[0] == q]) for q in {question for question, _ in test}]
    return sum(scores) / len(scores)


def share(alone, both, level=lambda alone, both: alone[-1][1], enough=0.0, whole=lambda alone, both: alone[-1][0]):
    steps = [step for step, y in both if y >= level(alone, both) + enough]
    return 100 * min(steps, default=float("inf")) / whole(alone, both)


def share_of_stops(alone, both):
    return share(*[[(stop, y) for stop, (_, y) in enumerate(curve)] for curve in (alone, both)])


def measure(functions, train, test, alone, both):
    mine, compare = functions
    result = {"guess": mine(train, test)} if mine else {}
    return result | ({"share": compare(alone, both), "never": compare(alone, both[:2])} if compare else {})


def shared(**changes):
    return None, lambda *case: share(*case, **changes)


EXERCISES = [
    Exercise(
        id="25.1",
        title="On paper",
        points=2,
        truth=paper,
        mistakes=[
            ("these are rows of the picture; squares of 2 × 2 neighbours were meant", {"squares": GRID}),
            *squares_as("in a square: left to right, then the row below; yours goes down first", (0, 2, 3, 1)),
            *squares_as("the squares follow row by row; yours go down first", (2, 0, 1, 3)),
            *squares_as("neighbours are joined, not every second patch", (1, 3, 0, 2)),
            ("the squares go through the connector, not the rows of the picture", {"visual": GRID @ CONNECTOR}),
            ("neighbours are joined, not added", {"squares": paper()["squares"].sum(1, keepdim=True)}),
            ("the visual tokens are read, too", {"reads": WORDS}),
            ("the picture stands after <user>, where its placeholders are", {"reads": paper(before=0)["reads"]}),
            ("the picture stands before the question, where its placeholders are", {"reads": paper(before=3)["reads"]}),
            ("the words are read, too: one row each", {"reads": paper()["visual"]}),
            ("visual tokens have positions like words", {"position of ?": 2}),
            ("the picture has four positions, not one", {"position of ?": 3}),
            ("positions begin at 0", {"position of ?": 7}),
            ("after the shuffle, a picture has four visual tokens, not sixteen", {"position of ?": 18}),
            ("the three words are read, too", {"no shuffle": 16}),
            ("the words stay three; only the picture takes four times the tokens", {"no shuffle": 28}),
        ],
    ),
    Exercise(
        id="25.2",
        title="One conversation",
        points=3,
        truth=(write, put_in),
        cases=conversation_cases,
        run=converse,
        mistakes=CONVERSATION_MISTAKES,
    ),
    Exercise(
        id="25.3",
        title="A checkpoint of the hub",
        points=3,
        truth=lambda: HUB | WHERE,
        mistakes=[
            ("14 patches on each side: their number is the square of it", {"visual tokens": 14}),
            ('"default" leaves the class token out', {"visual tokens": 197}),
            ('"default" leaves the class token out', {"model.look": (2, 197, 768)}),
            ("there are two pictures: N P d_vision", {"model.look": (1, 196, 768)}),
            ("the tower gives vectors of its own width; the connector widens them", {"model.look": (2, 196, 2048)}),
            ("two pictures, a row of vectors for each", {"model.look": (1, 392, 768)}),
            ("pixels go in; what comes out are vectors of patches", {"model.look": (2, 3, 224, 224)}),
            ("one text, in which both pictures stand", {"model.embed": (2, 226, 2048)}),
            ("what is read are vectors; logits come out at the end", {"model.embed": (1, 422, 32064)}),
            ("a picture takes the place of its placeholder", {"model.embed": (1, 424, 2048)}),
            ("a linear layer stores its weight as out × in", {"linear_1.weight": (768, 2048)}),
            ("linear_1 reads what the tower gives", {"linear_1.weight": (2048, 2048)}),
            ("there are two pictures, 196 visual tokens each", {"model.embed": (1, 226, 2048)}),
            ("the 30 other tokens are read, too", {"model.embed": (1, 392, 2048)}),
            ("what is read has the width of the language model", {"model.embed": (1, 422, 768)}),
            ("-2 is the last but one hidden state: the last layer need not run", {"layers that run": 12}),
            ("-2 is the last but one hidden state: one layer is left out, not two", {"layers that run": 10}),
            *each("g is the encoder of pictures: it sees", "vision_tower", "WfZH"),
            *each("the projection is W; Z is what it reads, H what it gives", "multi_modal_projector", "gfZH"),
            *each("f says the next token: the language model", "language_model", "gWZH"),
            *mixed_up(WHERE, SIGNS),
        ],
    ),
    Exercise(
        id="25.4",
        title="Five connectors",
        points=2,
        truth=lambda: COMPARED,
        tolerance=5e-3,
        mistakes=[
            *mixed_up(KINDS, SIZES),
            ("nothing beats C: who has a lower loss needs more tokens", {"beaten": set("BCE")}),
            ("nothing beats C or A: who has a lower loss needs more tokens", {"beaten": set("ABCE")}),
            ("nothing beats A: only D has a lower loss, with more tokens", {"beaten": set("ABE")}),
            ("D has as many tokens as B, and a lower loss: B is beaten", {"beaten": set("E")}),
            ("A has as many tokens as E, and a lower loss: E is beaten", {"beaten": set("B")}),
            *each("7 · 576 visual tokens would fit, but not with 300 others", "seven pictures", "DB"),
            *each("this one fits; so does one with a lower loss", "seven pictures", "CE"),
            ("the 300 other tokens take their places first", {"most": 28}),
            ("one more than fits", {"most": 27}),
            ("whole pictures: round down", {"most": 3796 / 144}),
            ("D is beaten by nobody: it has the lowest loss", {"beaten": set("D")}),
            ("576 tokens are a picture without the shuffle", {"most": 6}),
            ("each token asks each: the square of this", {"scores": 876 / 444}),
            *each("the 300 other tokens ask and are asked, too", "scores", (4, 16)),
        ],
    ),
    Exercise(
        id="25.5",
        title="Find the bug: what has moved?",
        points=3,
        truth=(freeze, moved),
        cases=moving_cases,
        run=try_both,
        mistakes=STAGE_MISTAKES,
    ),
    Exercise(
        id="25.6",
        title="A score and a guess",
        points=2,
        truth=(guess, share),
        cases=score_cases,
        run=measure,
        mistakes=[
            ("guess: one answer for all; the best guess depends on the question", (guess_alike, None)),
            ("guess: nobody knows the answers of the test before", (lambda train, test: guess(test, test), None)),
            ("guess: this is the score on the training questions", (lambda train, test: guess(train, train), None)),
            ("guess: what was never heard counts as wrong; yours leaves it out", (guess_what_was_heard, None)),
            ("guess: each asked question counts alike; yours are means of means", (guess_by_question, None)),
            ("guess: asked for are percent", (lambda train, test: guess(train, test, 1), None)),
            ("share: the end of the first curve, not its top", shared(level=lambda a, b: max(y for _, y in a))),
            ("share: the end of the first curve, not of the second", shared(level=lambda a, b: b[-1][1])),
            ("share: reaching it is enough", shared(enough=1e-6)),
            ("share: divide by the steps of the first run, not of the second", shared(whole=lambda a, b: b[-1][0])),
            ("share: a number of steps; divide by the steps of the first run", shared(whole=lambda a, b: 100)),
            ("share: stops are counted, not steps", (None, share_of_stops)),
            ("share: the two curves are exchanged", (None, lambda alone, both: share(both, alone))),
            ("a run that never gets there needs infinitely many steps", (None, lambda *case: min(share(*case), 100.0))),
        ],
    ),
]
