"""26.6, Talk about pictures: a conversation as ids, what is read of it, and what is invented."""

import re
from itertools import accumulate

import torch

from course_lib.exercises.cases import dice, number
from course_lib.exercises.exercise import Exercise
from course_lib.exercises.scores import NOUNS, TEXTS
from course_lib.exercises.solutions import Edit


def talk_cases(seed):
    ids = iter(torch.randint(10, 99, (60,), generator=dice(seed)).tolist())

    def text(length):
        return [next(ids) for _ in range(length)]

    turns = [text(2), "image"], [text(3)], [text(2)], [text(number(seed, 1, 4))], [text(1), "image", "image", text(2)]
    messages = [{"role": ("user", "assistant")[i % 2], "content": parts} for i, parts in enumerate(turns)]
    said = [text for i, text in enumerate(TEXTS) for _ in range(1 + (i + seed) % 3)]
    few = {word: thing for word, thing in NOUNS.items() if thing != "man"}
    return [(messages, 4, said, {"dog", "girl"}, NOUNS), (messages, 6, said, {"cat", "boy"}, few)]


def talk(functions, messages, num_visual, texts, there, nouns):
    mine, count, measure = functions
    found = {"prompt": mine(messages, num_visual), "read": count(messages, num_visual)}
    return found | {"rate": measure(texts, there, nouns)}


def with_old_pictures(messages, P):
    """For each turn of the user also the pictures of all messages before it."""
    shown = [P * sum(message["content"].count("image") for message in messages[:i]) for i in range(0, len(messages), 2)]
    return [count + old for count, old in zip(reads(messages, P), shown, strict=True)]


def without_old_pictures(messages, P):
    old = [{**m, "content": [part for part in m["content"] if part != "image"]} for m in messages[:-1]]
    return prompt([*old, messages[-1]], P)


def prompt(messages, num_visual):
    """A conversation -> the ids that the model reads."""
    ids = [1]
    for message in messages:
        ids.append({"user": 4, "assistant": 5}[message["role"]])
        for part in message["content"]:
            ids += [9] * num_visual if part == "image" else part
        ids.append(2)
    return [*ids, 5]


def reads(messages, num_visual):
    """A conversation -> how many tokens are read in each turn."""
    prompts = [len(prompt(messages[: turn + 1], num_visual)) for turn in range(0, len(messages), 2)]
    answers = [len(message["content"][0]) for message in messages[1::2]]
    later = zip(prompts[1:], prompts[:-1], answers, strict=True)
    return [prompts[0], *(whole - before - answer for whole, before, answer in later)]


def rate(texts, there, nouns):
    """Texts about a picture -> the percentage that names something that isn't there."""
    named = [{nouns[word] for word in re.findall(r"\w+", text.lower()) if word in nouns} for text in texts]
    return 100 * sum(bool(found - there) for found in named) / len(texts)


TALK = Exercise(
    id="26.6",
    title="Talk about pictures",
    points=4,
    truth=(prompt, reads, rate),
    cases=talk_cases,
    run=talk,
    mistakes=[
        (
            "prompt: a picture stands where the message has it",
            Edit('in message["content"]: → in sorted(message["content"], key=lambda part: part != "image"):'),
        ),
        (
            "prompt: a picture stands in the message that shows it, not before all",
            Edit("[*ids, 5] → [1, *sorted([*ids[1:], 5], key=lambda id: id != 9)]"),
        ),
        ("prompt: a picture takes num_visual placeholders", Edit("[9] * num_visual → [9]")),
        ("prompt: <assistant> at the end is missing", Edit("[*ids, 5] → ids")),
        ("prompt: <eos> ends each message", Edit("ids.append(2) → ")),
        ("prompt: <bos> stands at the beginning", Edit("ids = [1] → ids = []")),
        (
            "prompt: only the last message; the model has no other memory",
            Edit("in messages: → in messages[-1:]:"),
        ),
        ("prompt: the pictures of earlier turns are missing", (without_old_pictures, reads, rate)),
        ("read: what is in the cache is not read again", Edit("whole - before - answer for → whole for")),
        (
            "read: the answer was read as it was written",
            Edit("whole - before - answer for → whole - before for"),
        ),
        (
            "read: the <eos> of the answer was chosen, but never read",
            Edit("- answer for → - answer - 1 for"),
        ),
        ("read: earlier pictures are in the cache, too", (prompt, with_old_pictures, rate)),
        (
            "read: in each turn, not up to each",
            (prompt, lambda messages, P: list(accumulate(reads(messages, P))), rate),
        ),
        ("read: each placeholder is a token that is read", (prompt, lambda messages, P: reads(messages, 1), rate)),
        (
            "rate: plurals name a thing, too",
            Edit("named = → nouns = {noun: noun for noun in nouns.values()}\n    named ="),
        ),
        (
            "rate: not every plural ends in s, nor is every s a plural; `nouns` knows which",
            Edit(
                r'{nouns[word] for word in re.findall(r"\w+", text.lower()) if word in nouns} → '
                r'{word.rstrip("s") for word in re.findall(r"\w+", text.lower())} & set(nouns.values())'
            ),
        ),
        ("rate: Cat and cat are the same word", Edit("text.lower() → text")),
        (
            "rate: a comma or full stop is no part of a word",
            Edit('re.findall(r"\\w+", text.lower()) → text.lower().split()'),
        ),
        (
            "rate: there is no car in a scarf: whole words only",
            Edit('word in re.findall(r"\\w+", text.lower()) if word in nouns → word in nouns if word in text.lower()'),
        ),
        ("rate: one invented thing is enough", Edit("bool(found - there) → bool(found and not found & there)")),
        (
            "rate: a text counts once, however much it invents",
            Edit(
                "[{nouns[word] → [[nouns[word]",
                "in nouns} → in nouns]",
                "bool(found - there) → sum(noun not in there for noun in found)",
            ),
        ),
        ("rate: a text counts once, however much it invents", Edit("bool(found - there) → len(found - there)")),
        (
            "rate: of texts; yours is of nouns",
            Edit(
                "[{nouns[word] → [[nouns[word]",
                "in nouns} → in nouns]",
                "bool(found - there) → sum(noun not in there for noun in found)",
                "/ len(texts) → / sum(map(len, named))",
            ),
        ),
        ("rate: of texts; yours is of nouns", Edit("bool(found → len(found", "len(texts) → sum(map(len, named))")),
        ("rate: these are the texts that name anything", Edit("found - there → found")),
        ("rate: asked for are percent", Edit("100 * sum(bool → sum(bool")),
        (
            "rate: a plural names the thing of its singular: `nouns` knows it",
            Edit("{nouns[word] for word → {word for word"),
        ),
    ],
)
