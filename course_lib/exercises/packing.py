"""12.3, Pack four dialogues: turned into ids, with marks of what is to be said, and packed into one row."""

import torch

from course_lib.exercises.cases import dice, number
from course_lib.exercises.exercise import Exercise
from course_lib.exercises.solutions import Edit

BOS, EOS, ROLES = 1, 2, {"user": 4, "assistant": 5}


def dialogue_cases(seed):
    """Four dialogues of (role, ids), the first with two turns; and all of them as `turn` should return them."""
    words = iter(torch.randint(6, 40, (60,), generator=dice(seed)).tolist())
    sizes = [[2, 3, 1, number(seed + 1, 2, 5)], [1, number(seed, 1, 3)], [3, 2], [2, 1]]
    roles = ("user", "assistant")
    dialogues = [[(roles[i % 2], [next(words) for _ in range(n)]) for i, n in enumerate(turns)] for turns in sizes]
    return [(dialogues, [turn(dialogue) for dialogue in dialogues])]


def turn(messages):
    """Messages (role, ids) -> the ids of the dialogue, and which of them are to be said."""
    ids, is_completion = [BOS], [False]
    for role, words in messages:
        ids += [ROLES[role], *words, EOS]
        is_completion += [False] + [role == "assistant"] * (len(words) + 1)
    return ids, is_completion


def pack(dialogues):
    """Pairs (ids, is_completion) -> a dict with tokens, labels, positions and segments of one row."""
    row = {"tokens": [], "labels": [], "positions": [], "segments": []}
    for segment, (ids, is_completion) in enumerate(dialogues, start=1):
        for i in range(len(ids) - 1):
            row["tokens"].append(ids[i])
            row["labels"].append(ids[i + 1] if is_completion[i + 1] else 0)
            row["positions"].append(i)
            row["segments"].append(segment)
    return row


def turn_and_pack(functions, dialogues, turned_dialogues):
    """Both functions; the second one gets what the first should give."""
    mine, packed = functions
    turned = dict(zip(("ids", "is_completion"), mine(dialogues[0]) or (None, None), strict=False))
    return turned | (packed(turned_dialogues) or {})


PACKING = Exercise(
    id="12.3",
    title="Pack four dialogues",
    points=3,
    truth=(turn, pack),
    cases=dialogue_cases,
    run=turn_and_pack,
    mistakes=[
        ("is_completion: the user's words are marked, too", Edit('role == "assistant" → True')),
        (
            "is_completion: the user's words are marked, not the assistant's",
            Edit('role == "assistant" → role == "user"'),
        ),
        (
            "is_completion: the answer's `<eos>` is not marked: nobody would learn to stop",
            Edit("(len(words) + 1) → len(words) + [False]"),
        ),
        (
            "is_completion: `<assistant>` is marked; the program writes it",
            Edit("[False] + [role → [role", "(len(words) + 1) → (len(words) + 2)"),
        ),
        (
            "is_completion: the user's `<eos>` are marked, too; the user says them",
            Edit("(len(words) + 1) → len(words) + [True]"),
        ),
        (
            "is_completion: it marks the tokens themselves; `pack` does the shifting",
            Edit("return ids, is_completion → return ids, [*is_completion[1:], False]"),
        ),
        (
            "is_completion: all answers are marked, not only the last one",
            Edit("is_completion += [False] → is_completion = len(is_completion) * [False] + [False]"),
        ),
        (
            "positions: they go on counting; each dialogue begins at 0",
            Edit('["positions"].append(i) → ["positions"].append(len(row["positions"]))'),
        ),
        (
            "labels: they are not shifted: each place would be asked for what it reads",
            Edit("ids[i + 1] if is_completion[i + 1] → ids[i] if is_completion[i]"),
        ),
        (
            "labels: they are shifted twice",
            Edit("ids[i + 1] if is_completion[i + 1] → (ids + [0])[i + 2] if [*is_completion, False][i + 2]"),
        ),
        (
            "labels: the mark that counts is that of the next token, not of the one read",
            Edit("is_completion[i + 1] → is_completion[i]"),
        ),
        (
            "labels: the prompts are asked, too: 0 where nothing is to be said",
            Edit(" if is_completion[i + 1] else 0 → "),
        ),
        ("labels: where nothing is to be said stands 0, not −100", Edit("else 0 → else -100")),
        (
            "tokens: the last token of a dialogue is never read: nothing follows it",
            Edit(
                "range(len(ids) - 1) → range(len(ids))",
                "ids[i + 1] if is_completion[i + 1] → (ids + [0])[i + 1] if [*is_completion, False][i + 1]",
            ),
        ),
        (
            "tokens: read is what comes before the asked one: the last of a dialogue is left out, not its first",
            Edit('["tokens"].append(ids[i]) → ["tokens"].append(ids[i + 1])'),
        ),
        (
            "segments: all have one number: each dialogue would see those before it",
            Edit('["segments"].append(segment) → ["segments"].append(1)'),
        ),
        ("segments: they are counted from 1", Edit("start=1 → start=0")),
    ],
)
