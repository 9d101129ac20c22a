"""Dialogues turned into ids, and packed into one row; and wrong ways of both."""

import torch

from course_lib.exercises.cases import dice, number

BOS, EOS, USER, ASSISTANT = 1, 2, 4, 5


def dialogue_cases(seed):
    """Four dialogues of (role, ids), the first with two turns."""
    words = iter(torch.randint(6, 40, (60,), generator=dice(seed)).tolist())
    sizes = [[2, 3, 1, 4], [1, number(seed, 1, 3)], [3, 2], [2, 1]]
    roles = ("user", "assistant")
    return [([[(roles[i % 2], [next(words) for _ in range(n)]) for i, n in enumerate(turns)] for turns in sizes],)]


def turn(messages, scored=("assistant",), head=False, end=True, every_end=False, early=0):
    """The ids of a dialogue, and whether each is to be said."""
    ids, is_completion = [BOS], [False]
    for role, words in messages:
        ids += [USER if role == "user" else ASSISTANT, *words, EOS]
        said = role in scored
        is_completion += [head and said] + [said] * len(words) + [every_end or (end and said)]
    return ids, is_completion[early:] + early * [False]


def pack(dialogues, shift=1, late=0, restart=True, last=False, masked=True):
    """The dialogues in one row: tokens, labels, positions and segments."""
    row = {"tokens": [], "labels": [], "positions": [], "segments": []}
    for segment, (ids, is_completion) in enumerate(dialogues, start=1):
        length = len(ids) if last else len(ids) - 1
        start = 0 if restart else len(row["tokens"])
        said = late * [False] + is_completion
        labels = [i if scored or not masked else 0 for i, scored in zip(ids, said, strict=False)]
        labels = (labels[shift:] + shift * [0])[:length]
        row["tokens"] += ids[:length]
        row["labels"] += labels
        row["positions"] += range(start, start + length)
        row["segments"] += length * [segment]
    return row
