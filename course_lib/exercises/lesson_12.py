"""Exercises of lesson 12: supervised fine-tuning."""

import math

from course_lib.exercises.cases import number, random_tensors
from course_lib.exercises.exercise import Exercise
from course_lib.exercises.one_table import ONE_TABLE
from course_lib.exercises.packing import dialogue_cases, pack, turn

# 12.1 Six data sets
PLACES = {"A": 1, "B": 2, "C": 3, "D": 1, "E": 2, "F": 3}

# 12.2 Two answers: how often a token's probability is halved
FIRST, SECOND, PROMPTS = (2, 1, 1), (3, 1, 5, 1, 1), (6, 2, 1, 1, 5, 2, 1, 1)
MEANS = (sum(FIRST) / len(FIRST) + sum(SECOND) / len(SECOND)) / 2


def two_answers(scored=FIRST + SECOND):
    mean = sum(scored) / len(scored)
    everything = FIRST + SECOND + PROMPTS
    return {
        "scored": len(scored),
        "per token": mean,
        "mean of means": MEANS,
        "all": sum(everything) / len(everything),
        "perplexity": 2**mean,
    }


# 12.3 Pack four dialogues
def turn_and_pack(pair, dialogues):
    """Both functions; the second one gets what the first should give. A mistake has one of them only."""
    mine, packed = pair
    result = {}
    if mine:
        result |= zip(("ids", "is_completion"), mine(dialogues[0]) or (None, None), strict=False)
    if packed:
        result |= packed([turn(dialogue) for dialogue in dialogues]) or {}
    return result


def turned(**changes):
    return lambda messages: turn(messages, **changes), None


def packed(part, **changes):
    return None, lambda dialogues: {part: pack(dialogues, **changes)[part]}


def packed_as(change):
    return None, lambda dialogues: {"labels": [change(label) for label in pack(dialogues)["labels"]]}


def last_answer_only(messages):
    ids, marks = turn(messages)
    last = max(place for place, token in enumerate(ids) if token == 5)
    return ids, [mark and place > last for place, mark in enumerate(marks)]


def numbered(number):
    return None, lambda dialogues: {"segments": [number(segment) for segment in pack(dialogues)["segments"]]}


# 12.5 Learn less
def lora_cases(seed):
    cases = []
    for d_in, d_out, rank in ((5, 5, 2), (7, 4, number(seed, 2, 3))):
        x, weight, down, up = random_tensors(seed, (3, d_in), (d_out, d_in), (d_in, rank), (rank, d_out))
        cases.append((x, weight, down, up, 11.0, [(7, 4), (4, 7), (12, 5)], rank))
    return cases


def scale_of(down, alpha):
    return alpha / down.shape[1]


def adapted(x, weight, down, up, alpha, scale=scale_of):
    return x @ weight.T + scale(down, alpha) * x @ down @ up


def merged(weight, down, up, alpha, scale=scale_of):
    return weight + scale(down, alpha) * (down @ up).T


def learnt(shapes, rank):
    return sum(rank * (d_in + d_out) for d_in, d_out in shapes)


def all_of(shapes):
    return sum(d_in * d_out for d_in, d_out in shapes)


def lora(trio, x, weight, down, up, alpha, shapes, rank):
    """The three functions; a mistake has one of them only."""
    adapt, merge, count = trio
    result = {"adapt": adapt(x, weight, down, up, alpha)} if adapt else {}
    if merge:
        result["merge"] = merge(weight, down, up, alpha)
        result |= {} if result["merge"] is None else {"old weight": weight}
    return result | ({"count": count(shapes, rank)} if count else {})


def only(adapt=None, merge=None, count=None):
    """A mistake in one of the three."""
    return adapt, merge, count


def adapted_with(scale):
    return only(adapt=lambda *case: adapted(*case, scale=scale))


def merged_with(scale):
    return only(merge=lambda *case: merged(*case, scale=scale))


EXERCISES = [
    Exercise(
        id="12.1",
        title="Six data sets",
        points=1,
        truth=lambda: PLACES,
        mistakes=[
            ("A has no answers to imitate: it is text, as in the first step", {"A": 2}),
            ("B has no pairs to compare: one answer for each instruction", {"B": 3}),
            ("B has answers to imitate: it is more than text", {"B": 1}),
            ("D has no answers, so there is nothing to compare", {"D": 3}),
            ("the steps are counted from 1", {name: step - 1 for name, step in PLACES.items()}),
            ("C's chosen answers could be imitated, but it can do more: it says which of two is better", {"C": 2}),
            ("D is a pile of questions without answers: nothing but text", {"D": 2}),
            ("E has answers that somebody gave; nobody says which of two is better", {"E": 3}),
            ("E is more than text: each letter is an instruction with its response", {"E": 1}),
            ("F's marks say which answers are better: that is what the third step learns from", {"F": 2}),
        ],
    ),
    Exercise(
        id="12.2",
        title="Two answers",
        points=2,
        truth=two_answers,
        tolerance=2e-3,
        mistakes=[
            ("the two `<eos>` of the answers count: the model must learn to stop", {"scored": 6}),
            ("`<assistant>` is written by the program: the model need not say it", {"scored": 10}),
            ("what the user says is read, not scored", {"scored": 16}),
            ("a mean: divide the sum by the number of scored tokens", {"per token": 15}),
            ("the 8 scored tokens share the cost, not all 16", {"per token": 15 / 16}),
            ("only what the assistant says is scored here", {"per token": 34 / 16}),
            ("the mean of the two means: divide their sum by 2", {"mean of means": 2 * MEANS}),
            ("all 16 tokens share the cost, the two `<eos>` of the prompts, too", {"all": 34 / 14}),
            ("2 to the power of the loss, not 2 times the loss", {"perplexity": 2 * 15 / 8}),
            ("both answers count, not only the last one", {"scored": 5}),
            ("the two `<eos>` of the answers count: the model must learn to stop", {"per token": 13 / 6}),
            ("`<assistant>` is written by the program: the model need not say it", {"per token": 1.7}),
            ("both answers count, not only the last one", {"per token": 2.2}),
            ("this is the mean of the answers' means: each token should count alike", {"per token": MEANS}),
            ("this is the mean over the tokens; take each answer's mean first", {"mean of means": 15 / 8}),
            ("in multiples of ln 2: a probability of 1/8 costs 3", {"per token": 1.875 * math.log(2)}),
            ("all 16 tokens share the cost: the prompts' 19 and the answers' 15", {"all": 19 / 8}),
            ("it is that of the answers, from their loss per token", {"perplexity": 2 ** (34 / 16)}),
            ("a loss of n ln 2 is a perplexity of 2 to the power of n", {"perplexity": math.exp(1.875)}),
        ],
    ),
    Exercise(
        id="12.3",
        title="Pack four dialogues",
        points=3,
        truth=(turn, pack),
        cases=dialogue_cases,
        run=turn_and_pack,
        mistakes=[
            ("is_completion: the user's words are marked, too", turned(scored=("user", "assistant"))),
            ("is_completion: the user's words are marked, not the assistant's", turned(scored=("user",))),
            ("is_completion: the answer's `<eos>` is not marked: nobody would learn to stop", turned(end=False)),
            ("is_completion: `<assistant>` is marked; the program writes it", turned(head=True)),
            (
                "is_completion: the user's `<eos>` are marked, too; the user says them",
                turned(every_end=True),
            ),
            ("is_completion: it marks the tokens themselves; `pack` does the shifting", turned(early=1)),
            ("positions: they go on counting; each dialogue begins at 0", packed("positions", restart=False)),
            ("labels: they are not shifted: each place would be asked for what it reads", packed("labels", shift=0)),
            ("labels: they are shifted twice", packed("labels", shift=2)),
            ("labels: the mark that counts is that of the next token, not of the one read", packed("labels", late=1)),
            ("tokens: the last token of a dialogue is never read: nothing follows it", packed("tokens", last=True)),
            ("labels: the prompts are asked, too: 0 where nothing is to be said", packed("labels", masked=False)),
            ("labels: where nothing is to be said stands 0, not −100", packed_as(lambda label: label or -100)),
            (
                "tokens: read is what comes before the asked one: the last of a dialogue is left out, not its first",
                (None, lambda dialogues: {"tokens": [token for ids, _ in dialogues for token in ids[1:]]}),
            ),
            ("is_completion: all answers are marked, not only the last one", (last_answer_only, None)),
            ("segments: all have one number: each dialogue would see those before it", numbered(lambda segment: 1)),
            ("segments: they are counted from 1", numbered(lambda segment: segment - 1)),
        ],
    ),
    ONE_TABLE,
    Exercise(
        id="12.5",
        title="Learn less",
        points=2,
        truth=(adapted, merged, learnt),
        cases=lora_cases,
        run=lora,
        mistakes=[
            ("adapt: the addition is multiplied by α, not by α / r", adapted_with(lambda down, alpha: alpha)),
            ("adapt: the factor α / r is missing", adapted_with(lambda down, alpha: 1.0)),
            ("adapt: r is the size that A and B share", adapted_with(lambda down, alpha: alpha / down.shape[0])),
            ("adapt: the factor is upside down", adapted_with(lambda down, alpha: down.shape[1] / alpha)),
            ("adapt: only the addition is left", only(adapt=lambda x, w, *rest: adapted(x, 0 * w, *rest))),
            ("adapt: a weight is D_out × D_in: transpose it", only(adapt=lambda x, w, *rest: adapted(x, w.T, *rest))),
            (
                "old weight: it has changed, too; return a new one",
                only(merge=lambda w, *rest: w.copy_(merged(w, *rest))),
            ),
            ("merge: A B is D_in × D_out: transpose it", only(merge=lambda w, *rest: merged(w.T, *rest).T)),
            ("merge: only the addition is left", only(merge=lambda w, *rest: merged(0 * w, *rest))),
            ("merge: the addition is multiplied by α, not by α / r", merged_with(lambda down, alpha: alpha)),
            ("merge: r is the size that A and B share", merged_with(lambda down, alpha: alpha / down.shape[0])),
            ("merge: the factor α / r is missing", merged_with(lambda down, alpha: 1.0)),
            ("merge: the addition is subtracted", merged_with(lambda down, alpha: -scale_of(down, alpha))),
            ("count: this is the size of the product A B", only(count=lambda shapes, _: all_of(shapes))),
            ("count: add the sizes of A and B", only(count=lambda shapes, rank: rank * all_of(shapes))),
            (
                "count: frozen numbers are not learnt",
                only(count=lambda shapes, r: learnt(shapes, r) + all_of(shapes)),
            ),
            ("count: B is missing", only(count=lambda shapes, rank: sum(rank * a for a, _ in shapes))),
            ("count: the rank is missing", only(count=lambda shapes, rank: learnt(shapes, 1))),
            ("count: one layer; the model has several", only(count=lambda shapes, rank: learnt(shapes[:1], rank))),
        ],
    ),
]
