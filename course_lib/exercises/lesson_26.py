"""Exercises of lesson 26: inference and alignment of a vision-language model."""

import re
from itertools import accumulate

import torch

from course_lib.exercises.cases import dice, number
from course_lib.exercises.exercise import Exercise
from course_lib.exercises.preferring import PREFER
from course_lib.exercises.scores import NOUNS, SCORE, TEXTS
from course_lib.exercises.solutions import Edit

# 26.1 Three forms
FORMS = ("normal", "ambiguous", "word")
QUESTIONS = (
    ("Which single word is on the shirt?", "The word on the shirt is Rio.", "Rio."),
    ("What word stands on the bus of the woman?", "On the bus stands the word zoo.", "Zoo."),
    ("Where is the man with the hat?", "The man is on the beach.", "On the beach."),
)


def ask_and_say(functions, question, sentence, word):
    """The prompts as lists of their lines: where a line ends is part of a form."""
    mine, say = functions
    texts = {form: mine(question, form) for form in FORMS}
    lines = {form: text.strip().split("\n") if isinstance(text, str) else text for form, text in texts.items()}
    return lines | {f"due, {form}": say(ask(question, form), sentence, word) for form in FORMS}


def ask(question, form):
    """A question in one of the three forms."""
    short = "Answer the question using a single word or phrase."
    return {"normal": question, "ambiguous": f"Q: {question} A:", "word": f"{question}\n{short}"}[form]


def due(prompt, sentence, word):
    """The answer that the prompt asks for."""
    return word if prompt.endswith("using a single word or phrase.") else sentence


# 26.3 What is invented?


def told():
    return {"invented": {"B", "C", "E"}, "rate": 100 * 3 / 9, "per noun": 100 * 4 / 20, "goes along": 100 * 2 / 3}


# 26.4 Where does it look?


def looks():
    return {"A": "castle", "B": "text", "C": "shirt", "D": "everywhere", "row": 26, "patch": divmod(13 - 2, 4)}


# 26.6 Talk
def talk_cases(seed):
    ids = iter(torch.randint(10, 99, (60,), generator=dice(seed)).tolist())

    def text(length):
        return [next(ids) for _ in range(length)]

    turns = [text(2), "image"], [text(3)], [text(2)], [text(number(seed, 1, 4))], [text(1), "image", "image", text(2)]
    messages = [{"role": ("user", "assistant")[i % 2], "content": parts} for i, parts in enumerate(turns)]
    said = [text for i, text in enumerate(TEXTS) for _ in range(1 + (i + seed) % 3)]
    return [(messages, P, said, {"dog", "girl"}, NOUNS) for P in (4, 6)]


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


EXERCISES = [
    Exercise(
        id="26.1",
        title="Three forms",
        points=2,
        truth=(ask, due),
        cases=lambda seed: [QUESTIONS[seed % 2], QUESTIONS[2]],
        run=ask_and_say,
        mistakes=[
            (
                "normal: the normal prompt is the question, and nothing else",
                Edit('"normal": question → "normal": f"Q: {question}"'),
            ),
            (
                "normal: the normal prompt is the question, and nothing else",
                Edit('"normal": question → "normal": f"Q: {question} A:"'),
            ),
            ("ambiguous: A: is missing, behind which the answer comes", Edit('f"Q: {question} A:" → f"Q: {question}"')),
            ("ambiguous: both stand on one line here", Edit('f"Q: {question} A:" → f"Q: {question}\\nA:"')),
            (
                "ambiguous: this one says nothing about the form",
                Edit('f"Q: {question} A:" → f"Q: {question} A:\\n{short}"'),
            ),
            (
                "word: the question comes first, then the form",
                Edit('f"{question}\\n{short}" → f"{short}\\n{question}"'),
            ),
            ("word: the form stands on a line of its own", Edit('f"{question}\\n{short}" → f"{question} {short}"')),
            ("word: nothing says which form is wanted", Edit('f"{question}\\n{short}" → question')),
            (
                "word: the question is asked as it is, without Q: and A:",
                Edit('f"{question}\\n{short}" → f"Q: {question} A:\\n{short}"'),
            ),
            (
                "the ambiguous prompt was answered in sentences in training",
                Edit(
                    'prompt.endswith("using a single word or phrase.") → "word or phrase." in prompt or "A:" in prompt'
                ),
            ),
            (
                "a question may have these words in it, too; look for the whole instruction",
                Edit('prompt.endswith("using a single word or phrase.") → "word" in prompt or "phrase" in prompt'),
            ),
            (
                "the formatting prompt asks for a word",
                Edit('prompt.endswith("using a single word or phrase.") → False'),
            ),
            ("the other two ask for sentences", Edit('prompt.endswith("using a single word or phrase.") → True')),
            ("it is the other way round", Edit("word if prompt → word if not prompt")),
        ],
    ),
    SCORE,
    Exercise(
        id="26.3",
        title="What is invented?",
        points=2,
        truth=told,
        tolerance=3e-3,
        mistakes=[
            ("the farm's drawing has a house: D invents nothing", {"invented": set("BCDE")}),
            ("a wrong number or colour is wrong, but nothing that isn't there", {"invented": set("BCEF")}),
            ("a wrong number or colour is wrong, but nothing that isn't there", {"invented": set("BCDEF")}),
            ("who leaves something out invents nothing", {"invented": set("BCEGF")}),
            *[(f"one invented thing is enough: {x}", {"invented": set("BCE") - {x}}) for x in "BCE"],
            *[(f"all that {x} names is in its picture", {"invented": {*"BCE", x}}) for x in "AGHI"],
            ("these are the ones that invent nothing", {"invented": set("ADFGHI")}),
            ("a description counts once, however much it invents", {"rate": 400 / 9}),
            ("of descriptions; this is of nouns", {"rate": 20}),
            ("this is the share of those that invent nothing", {"rate": 200 / 3}),
            *[("of nouns; this is of descriptions", {"per noun": 100 * n / 9}) for n in (3, 4)],
            ("C invents two things", {"per noun": 15}),
            ("20 nouns are named, 4 of them invented: divide by all of them", {"per noun": 25}),
            ("J says that there is no cat: it doesn't go along", {"goes along": 100}),
            ("only three of the five premises are false", {"goes along": 40}),
            ("L denies what is there: wrong, but its premise is true", {"goes along": 60}),
            ("L denies what is there: wrong, but its premise is true", {"goes along": 75}),
            ("this is the share that doesn't go along", {"goes along": 100 / 3}),
        ],
    ),
    Exercise(
        id="26.4",
        title="Where does it look?",
        points=2,
        truth=looks,
        mistakes=[
            *[("A is red where the castle is", {"A": n}) for n in ("shirt", "text", "everywhere")],
            *[("B has 2 % on the picture: the red says where these are", {"B": n}) for n in ("shirt", "castle")],
            ("B has 2 % on the picture: it reads the text", {"B": "everywhere"}),
            *[("C is red where the shirt is", {"C": n}) for n in ("castle", "text", "everywhere")],
            *[("D is as red everywhere", {"D": n}) for n in ("castle", "shirt")],
            ("D has 90 % on the picture: it doesn't read the text", {"D": "text"}),
            ("the row before: it reads where the next token is chosen", {"row": 27}),
            ("this is the row of a token before that", {"row": 25}),
            ("the first patch is at position 2, not 0", {"patch": (3, 1)}),
            ("the first patch is at position 2, not 1", {"patch": (3, 0)}),
            ("row first, then column", {"patch": (3, 2)}),
            ("rows and columns are counted from 0", {"patch": (3, 4)}),
        ],
    ),
    PREFER,
    Exercise(
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
                Edit(
                    'word in re.findall(r"\\w+", text.lower()) if word in nouns → word in nouns if word in text.lower()'
                ),
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
        ],
    ),
]
