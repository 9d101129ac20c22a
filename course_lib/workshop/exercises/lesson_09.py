"""Exercises of lesson 09: chat."""

import torch

from course_lib.workshop.exercises.cases import number, rng
from course_lib.workshop.exercises.exercise import Exercise


# 09.1 Write a conversation
def conversation_cases(seed):
    source = rng(seed)

    def message(role, length):
        return {"role": role, "content": torch.randint(6, 99, (length,), generator=source).tolist()}

    turn = [message("user", number(seed, 2, 5)), message("assistant", 3)]
    return [
        ([turn[0]],),
        ([*turn, message("user", 1)],),
        ([message("system", 4), *turn, message("user", 2)],),
    ]


def write_prompt(messages):
    """Messages whose contents are lists of ids -> the list of ids that the model reads."""
    roles = {"system": 3, "user": 4, "assistant": 5}
    ids = [1]
    for message in messages:
        ids += [roles[message["role"]], *message["content"], 2]
    return [*ids, 5]


# 09.2 Complete it
def completion_cases(seed):
    table = torch.randn(9, 9, generator=rng(seed))
    table[:, [2, 5]] = -9.0
    table[5, 2] = 9.0  # the end comes after the token 5 only, and 5 only when there are more than six ids

    def counting(ids):
        """The logits after the ids: they depend on the last one, and on how many there are."""
        logits = table[ids[-1]].clone()
        if len(ids) > 6:
            logits[5] = 8.0
        return logits

    return [
        (counting, [1, 4, 7], 20, 50),  # ends by itself
        (counting, [1, 4, 7], 2, 50),  # the budget is used up
        (counting, [1, 4, 7], 20, 5),  # the context is full
        (counting, [1, 4, 7], 2, 5),  # both at once
        (counting, [1, 4, 7, 8, 3, 6, 5], 9, 50),  # ends at once
    ]


def complete(next_logits, prompt, budget, context):
    """A model, the prompt's ids and two limits -> {"ids": the new ids, "why": the reason for stopping}."""
    ids = []
    while len(ids) < budget:
        if len(prompt) + len(ids) >= context:
            return {"ids": ids, "why": "context"}
        token = int(next_logits([*prompt, *ids]).argmax())
        if token == 2:
            return {"ids": ids, "why": "end"}
        ids.append(token)
    return {"ids": ids, "why": "budget"}


# 09.3 Four dials
def dials():
    return {
        "A": "temperature 0.5",
        "B": "top-k 2",
        "C": "temperature 2",
        "D": "top-p 0.8",
        "law": "greedy",
        "story": "top-p",
    }


# 09.4 Count what is read
def counts():
    return {"prompt 3": 35, "without": 9 + 22 + 35, "with": 9 + 9 + 9, "pieces": 3}


# 09.5 Five transcripts
def faults():
    return {"1": "end token", "2": "base model", "3": "template", "4": "context", "5": "temperature"}


# 09.6 Who forges a turn?
def forgers():
    return {"B", "D", "E"}


EXERCISES = [
    Exercise(
        id="09.1", title="Write a conversation", points=2, truth=write_prompt, cases=conversation_cases, axes="place"
    ),
    Exercise(
        id="09.2",
        title="Complete it",
        points=3,
        truth=complete,
        cases=completion_cases,
        mistakes=[
            (
                "no new ids at all: are the text and the prompt one list, which grows? take a copy",
                lambda *case: {**complete(*case), "ids": []},
            ),
            (
                "the prompt is part of the result; asked for are the new tokens",
                lambda logits, prompt, *limits: (
                    (found := complete(logits, prompt, *limits)) | {"ids": [*prompt, *found["ids"]]}
                ),
            ),
        ],
    ),
    Exercise(id="09.3", title="Four dials", points=1, truth=dials),
    Exercise(id="09.4", title="Count what is read", points=2, truth=counts),
    Exercise(id="09.5", title="Five transcripts", points=2, truth=faults),
    Exercise(id="09.6", title="Who forges a turn?", points=1, truth=forgers),
]
