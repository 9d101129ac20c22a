"""Exercises of lesson 09: chat."""

import torch

from course_lib.exercises.cases import dice, number
from course_lib.exercises.exercise import Exercise
from course_lib.exercises.solutions import Edit
from course_lib.exercises.values import ANY_OTHER, members


# 09.1 Write a conversation
def conversation_cases(seed):
    source = dice(seed)

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
    table = torch.randn(9, 9, generator=dice(seed))
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
        id="09.1",
        title="Write a conversation",
        points=2,
        truth=write_prompt,
        cases=conversation_cases,
        axes="place",
        mistakes=[
            ("the last <assistant> is missing: nobody knows that the answer begins", Edit("[*ids, 5] → ids")),
            ("the end token after each message is missing", Edit(", 2] → ]")),
            ("<bos> is missing at the beginning", Edit("ids = [1] → ids = []")),
            (
                "there is one <bos>, at the beginning of the text, not one per message",
                Edit("ids = [1] → ids = []", "[roles[ → [1, roles["),
            ),
            (
                "an <eos> after the last <assistant>: the answer would be over before it began",
                Edit("[*ids, 5] → [*ids, 5, 2]"),
            ),
            (
                "the roles of user and assistant are exchanged",
                Edit('"user": 4, "assistant": 5 → "user": 5, "assistant": 4'),
            ),
            ("the last token says <user>; it is the assistant's turn", Edit("[*ids, 5] → [*ids, 4]")),
            ("the system message is written as the user's", Edit('"system": 3 → "system": 4')),
            (
                "only the last message is written: the model has no other memory than the text",
                Edit("in messages → in messages[-1:]"),
            ),
            (
                "each message ends with an end token, not only the last one",
                Edit(", 2] → ]", "[*ids, 5] → [*ids, 2, 5]"),
            ),
            *[
                (
                    f"the end token after the messages of the {role} is missing",
                    Edit(f', 2] → , *[2] * (message["role"] != "{role}")]'),
                )
                for role in ("user", "assistant", "system")
            ],
        ],
    ),
    Exercise(
        id="09.2",
        title="Complete it",
        points=3,
        truth=complete,
        cases=completion_cases,
        mistakes=[
            (
                "where both limits are reached at once, the budget is the reason: nothing more was wanted",
                Edit("while len(ids) < budget → while len(ids) < budget or len(prompt) + len(ids) >= context"),
            ),
            ("one token too many: a context is full when it holds so many tokens", Edit(">= context → > context")),
            (
                "no new ids at all: are the text and the prompt one list, which grows? take a copy",
                lambda *case: {**complete(*case), "ids": []},
            ),
            (
                "the end token is part of the answer; it only says that the answer is over",
                Edit('ids, "why": "end" → [*ids, 2], "why": "end"'),
            ),
            (
                "the end token is ignored: the answer goes on",
                Edit(".argmax() → .index_fill(0, torch.tensor([2]), -99).argmax()"),
            ),
            (
                "the model reads its last token only; it must read the whole text so far",
                Edit("[*prompt, *ids] → [*prompt, *ids][-1:]"),
            ),
            (
                "the model reads the prompt only, and never what it has written",
                Edit("[*prompt, *ids] → prompt"),
            ),
            (
                "after its first token, the model reads only what it has written",
                Edit("[*prompt, *ids] → ids or prompt"),
            ),
            ("the least likely token is taken", Edit("argmax → argmin")),
            ("one token more than the budget", Edit("(ids) < budget → (ids) <= budget")),
            (
                "the context is not watched: the model was never made for places beyond it",
                Edit("len(prompt) + len(ids) >= context → False"),
            ),
            (
                "the prompt counts, too: it takes room in the context",
                Edit("len(prompt) + len(ids) → len(ids)"),
            ),
            (
                "the prompt is part of the result; asked for are the new tokens",
                lambda logits, prompt, *limits: (
                    (found := complete(logits, prompt, *limits)) | {"ids": [*prompt, *found["ids"]]}
                ),
            ),
        ],
    ),
    Exercise(
        id="09.3",
        title="Four dials",
        points=1,
        truth=dials,
        mistakes=[
            ("A has all five tokens, and the likeliest gained: that is a temperature below 1", {"A": "temperature 2"}),
            ("A has all five tokens: nothing was cut off", {"A": ANY_OTHER}),
            ("in C the tokens are more alike than before: that is a temperature above 1", {"C": ANY_OTHER}),
            ("B has two tokens, but together they had only 0.7, and 0.8 was to be reached", {"B": "top-p 0.8"}),
            ("B has two tokens, and all others have nothing: they were cut off", {"B": ANY_OTHER}),
            ("D has three tokens: these are the fewest that reach 0.8", {"D": ANY_OTHER}),
            ("a law has one wording: no dice are wanted", {"law": "top-p"}),
            ("a story can go on in many ways, and greedy search knows one of them", {"story": "greedy"}),
        ],
    ),
    Exercise(
        id="09.4",
        title="Count what is read",
        points=2,
        truth=counts,
        mistakes=[
            ("the third prompt holds all that was said before, answers included", {"prompt 3": 9}),
            ("the answers are part of the next prompt", {"prompt 3": 9 + 8 + 8}),
            ("each answer in the text has its end token, too", {"prompt 3": 9 + 12 + 12}),
            ("without a cache each turn reads its whole prompt: 9 + 22 + 35", {"without": 35}),
            ("with the cache the third turn does not read the first two again", {"with": 66}),
            ("the answers were computed when they were written: their keys and values are in the cache", {"with": 35}),
            ("the end token of each answer is new: it was chosen, but never read", {"with": 9 + 8 + 8}),
            ("half a letter is no piece: the two bytes of á are shown as one", {"pieces": 4}),
            ("<bos>, the roles and the end tokens are read, too", {"prompt 3": 3 * 5 + 2 * 4}),
            ("<bos> and the last <assistant> are part of the prompt, too", {"prompt 3": 34}),
            ("this is the second prompt", {"prompt 3": 22}),
            ("the prompt ends before the third answer", {"prompt 3": 40}),
            ("the prompt ends before the third answer", {"prompt 3": 39}),
            ("all three prompts are computed, the third one, too", {"without": 9 + 22}),
            ("a piece is shown when its letter is whole: O, l and á", {"pieces": ANY_OTHER}),
        ],
    ),
    Exercise(
        id="09.5",
        title="Five transcripts",
        points=2,
        truth=faults,
        mistakes=[
            ("1 answers, and then goes on as the user: it was not stopped at its end token", {"1": ANY_OTHER}),
            ("2 tells a story, and has never met a question: that is no chat model", {"2": ANY_OTHER}),
            ("3 knows the answer in its own template, and here the roles are spelt out as words", {"3": "base model"}),
            ("3 stops where it should; what it lacks is the token that opens its answer", {"3": "end token"}),
            ("3 speaks well, and from the first turn on it answers another question than was asked", {"3": ANY_OTHER}),
            (
                "4 has forgotten what was said at the beginning of a long talk: the first turns were dropped",
                {"4": "template"},
            ),
            ("4 speaks well, but of a name that was dropped with the first turns", {"4": ANY_OTHER}),
            ("5 begins rightly and then takes unlikely words: the dice are too wild", {"5": ANY_OTHER}),
        ],
    ),
    Exercise(
        id="09.6",
        title="Who forges a turn?",
        points=1,
        truth=forgers,
        mistakes=[
            *members(
                forgers(),
                {
                    "A": "A only ends its own message early: no new turn is opened",
                    "C": "C writes role names as words: these are text, with any tokenizer",
                    "F": "F has spaces inside the marks: it is no control token",
                    "B": "B ends its message and speaks for the assistant",
                    "D": "D opens a system message: that is a turn as well, and a worse one",
                    "E": "E opens the assistant's turn within the user's",
                },
            )
        ],
    ),
]
