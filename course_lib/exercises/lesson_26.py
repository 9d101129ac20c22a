"""Exercises of lesson 26: inference and alignment of a vision-language model."""

from itertools import accumulate

import torch

from course_lib.exercises.cases import dice, number
from course_lib.exercises.conversations import ASSISTANT, EOS, IMAGE, pictures_first, write
from course_lib.exercises.exercise import Exercise
from course_lib.exercises.preferring import PREFER_MISTAKES, prefer, prefer_and_report, preference_cases, worst
from course_lib.exercises.scores import (
    NOUNS,
    RATE_MISTAKES,
    SCORE_MISTAKES,
    TEXTS,
    rate,
    score,
    score_both,
    score_cases,
    three_shares,
)

# 26.1 Three forms
SHORT = "Answer the question using a single word or phrase."
FORMS = {"normal": "{}", "ambiguous": "Q: {} A:", "word": "{}\n" + SHORT}
QUESTIONS = (
    ("Which single word is on the shirt?", "The word on the shirt is Rio.", "Rio."),
    ("What word stands on the bus of the woman?", "On the bus stands the word zoo.", "Zoo."),
    ("Where is the man with the hat?", "The man is on the beach.", "On the beach."),
)


def ask(question, form):
    return FORMS[form].format(question)


def due(prompt, sentence, word, is_short=lambda prompt: prompt.endswith(SHORT)):
    return word if is_short(prompt) else sentence


def ask_and_say(functions, question, sentence, word):
    mine, say = functions
    texts = {form: mine(question, form) for form in FORMS} if mine else {}
    result = {form: text for form, text in texts.items() if text is not None} or dict.fromkeys(texts)
    return result | ({f"due, {form}": say(ask(question, form), sentence, word) for form in FORMS} if say else {})


def asked(one, frame):
    """A mistake in one form."""
    return lambda question, form: frame.format(question) if form == one else None, None


def said_if(is_short):
    return None, lambda *case: due(*case, is_short)


def has_a_word(prompt):
    return "word" in prompt or "phrase" in prompt


# 26.3 What is invented?
INVENTED = {"invented": set("BCE"), "rate": 100 / 3, "per noun": 20, "goes along": 200 / 3}


# 26.4 Where does it look?
LOOKS = {"A": "castle", "B": "text", "C": "shirt", "D": "everywhere", "row": 26, "patch": (2, 3)}


# 26.6 Talk
def talk_cases(seed):
    ids = iter(torch.randint(10, 99, (60,), generator=dice(seed)).tolist())

    def text(length):
        return [next(ids) for _ in range(length)]

    turns = [text(2), "image"], [text(3)], [text(2)], [text(number(seed, 1, 4))], [text(1), "image", "image", text(2)]
    messages = [{"role": ("user", "assistant")[i % 2], "content": parts} for i, parts in enumerate(turns)]
    said = [text for i, text in enumerate(TEXTS) for _ in range(1 + (i + seed) % 3)]
    return [(messages, P, said, {"dog", "girl"}, NOUNS) for P in (4, 6)]


def prompt(messages, P, **changes):
    return [*write(messages, P, **changes)["tokens"], ASSISTANT]


def reads(messages, P, later=lambda whole, before, answer, seen: whole - before - answer):
    """For each turn of the user: all that is new since the last answer, whose <eos> was never read."""
    found = [len(prompt(messages[:1], P))]
    for i in range(2, len(messages), 2):
        whole, before = (len(prompt(messages[:end], P)) for end in (i + 1, i - 1))
        seen = P * sum(message["content"].count("image") for message in messages[:i])
        found.append(later(whole, before, len(messages[i - 1]["content"][0]), seen))
    return found


def talk(functions, messages, num_visual, texts, there, nouns):
    mine, count, measure = functions
    result = {"prompt": mine(messages, num_visual)} if mine else {}
    result |= {"read": count(messages, num_visual)} if count else {}
    return result | ({"rate": measure(texts, there, nouns)} if measure else {})


def counted(later):
    return None, lambda messages, P: reads(messages, P, later), None


def written(**changes):
    return lambda messages, P: prompt(messages, P, **changes), None, None


def without_old_pictures(messages, P):
    old = [{**m, "content": [part for part in m["content"] if part != "image"]} for m in messages[:-1]]
    return prompt([*old, messages[-1]], P)


def pictures_before_all(messages, P):
    ids = prompt(messages, P)
    return [ids[0], *sorted(ids[1:], key=lambda id: id != IMAGE)]


EXERCISES = [
    Exercise(
        id="26.1",
        title="Three forms",
        points=2,
        truth=(ask, due),
        cases=lambda seed: [QUESTIONS[seed % 2], QUESTIONS[2]],
        run=ask_and_say,
        mistakes=[
            ("normal: the normal prompt is the question, and nothing else", asked("normal", "Q: {}")),
            ("normal: the normal prompt is the question, and nothing else", asked("normal", "Q: {} A:")),
            ("ambiguous: A: is missing, behind which the answer comes", asked("ambiguous", "Q: {}")),
            ("ambiguous: both stand on one line here", asked("ambiguous", "Q: {}\nA:")),
            ("ambiguous: this one says nothing about the form", asked("ambiguous", "Q: {} A:\n" + SHORT)),
            ("word: the question comes first, then the form", asked("word", SHORT + "\n{}")),
            ("word: the form stands on a line of its own", asked("word", "{} " + SHORT)),
            ("word: nothing says which form is wanted", asked("word", "{}")),
            ("word: the question is asked as it is, without Q: and A:", asked("word", "Q: {} A:\n" + SHORT)),
            ("the ambiguous prompt was answered in sentences in training", said_if(lambda p: SHORT in p or "A:" in p)),
            ("a question may have these words in it, too; look for the whole instruction", said_if(has_a_word)),
            ("the formatting prompt asks for a word", said_if(lambda prompt: False)),
            ("the other two ask for sentences", said_if(lambda prompt: True)),
            ("it is the other way round", said_if(lambda prompt: not prompt.endswith(SHORT))),
        ],
    ),
    Exercise(
        id="26.2",
        title="Find the bug: a score, and a bias",
        points=3,
        truth=(score, three_shares),
        cases=score_cases,
        run=score_both,
        mistakes=SCORE_MISTAKES,
    ),
    Exercise(
        id="26.3",
        title="What is invented?",
        points=2,
        truth=lambda: INVENTED,
        tolerance=3e-3,
        mistakes=[
            ("the farm's drawing has a house: D invents nothing", {"invented": set("BCDE")}),
            ("a wrong number or colour is wrong, but nothing that isn't there", {"invented": set("BCEF")}),
            ("a wrong number or colour is wrong, but nothing that isn't there", {"invented": set("BCDEF")}),
            ("who leaves something out invents nothing", {"invented": set("BCEGF")}),
            ("one invented thing is enough: E", {"invented": set("BC")}),
            ("one invented thing is enough: B", {"invented": set("CE")}),
            ("these are the ones that invent nothing", {"invented": set("ADFGHI")}),
            ("a description counts once, however much it invents", {"rate": 400 / 9}),
            ("of descriptions; this is of nouns", {"rate": 20}),
            ("this is the share of those that invent nothing", {"rate": 200 / 3}),
            ("of nouns; this is of descriptions", {"per noun": 100 / 3}),
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
        truth=lambda: LOOKS,
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
    Exercise(
        id="26.5",
        title="Prefer",
        points=3,
        truth=(prefer, worst),
        cases=preference_cases,
        run=prefer_and_report,
        mistakes=PREFER_MISTAKES,
    ),
    Exercise(
        id="26.6",
        title="Talk about pictures",
        points=4,
        truth=(prompt, reads, rate),
        cases=talk_cases,
        run=talk,
        mistakes=[
            ("prompt: a picture stands where the message has it", written(order=pictures_first)),
            (
                "prompt: a picture stands in the message that shows it, not before all",
                (pictures_before_all, None, None),
            ),
            ("prompt: a picture takes num_visual placeholders", (lambda m, P: prompt(m, 1), None, None)),
            ("prompt: <assistant> at the end is missing", (lambda m, P: prompt(m, P)[:-1], None, None)),
            ("prompt: <eos> ends each message", (lambda m, P: [i for i in prompt(m, P) if i != EOS], None, None)),
            ("prompt: <bos> stands at the beginning", (lambda m, P: prompt(m, P)[1:], None, None)),
            (
                "prompt: only the last message; the model has no other memory",
                (lambda m, P: prompt(m[-1:], P), None, None),
            ),
            ("prompt: the pictures of earlier turns are missing", (without_old_pictures, None, None)),
            ("read: what is in the cache is not read again", counted(lambda whole, before, answer, seen: whole)),
            (
                "read: the answer was read as it was written",
                counted(lambda whole, before, answer, seen: whole - before),
            ),
            (
                "read: the <eos> of the answer was chosen, but never read",
                counted(lambda w, b, answer, seen: w - b - answer - 1),
            ),
            ("read: earlier pictures are in the cache, too", counted(lambda w, b, answer, seen: w - b - answer + seen)),
            ("read: in each turn, not up to each", (None, lambda m, P: list(accumulate(reads(m, P))), None)),
            ("read: each placeholder is a token that is read", (None, lambda m, P: reads(m, 1), None)),
            *RATE_MISTAKES,
        ],
    ),
]
