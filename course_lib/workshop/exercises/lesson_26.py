"""Exercises of lesson 26: inference and alignment of a vision-language model."""

import re
from itertools import accumulate

import torch
import torch.nn.functional as F

from course_lib.workshop.exercises.cases import number, random_tensors, rng, scattered
from course_lib.workshop.exercises.exercise import Exercise

# 26.1 Three forms
FORMS = ("normal", "ambiguous", "word")


QUESTIONS = (
    ("Which single word is on the shirt?", "The word on the shirt is Rio.", "Rio."),
    ("What word stands on the bus of the woman?", "On the bus stands the word zoo.", "Zoo."),
    ("Where is the man with the hat?", "The man is on the beach.", "On the beach."),
)


def form_cases(seed):
    """A question, its answer as a sentence and as a word, and its prompts as `ask` should return them."""
    return [(*each, {form: ask(each[0], form) for form in FORMS}) for each in (QUESTIONS[seed % 2], QUESTIONS[2])]


def ask_and_say(functions, question, sentence, word, prompts):
    """Apply each function to each form."""
    mine, say = functions
    due_answers = {f"due, {form}": say(prompts[form], sentence, word) for form in FORMS}
    return {form: mine(question, form) for form in FORMS} | due_answers


def ask(question, form):
    """A question in one of the three forms."""
    short = "Answer the question using a single word or phrase."
    return {"normal": question, "ambiguous": f"Q: {question} A:", "word": f"{question}\n{short}"}[form]


def due(prompt, sentence, word):
    """The answer that the prompt asks for."""
    return word if prompt.endswith("using a single word or phrase.") else sentence


# 26.2 Find the bug: a score, and a bias
KINDS = {  # what is due, in both forms; the same with something wrong
    "colour": ("The car is red.", "Red.", "The car is blue.", "Blue."),
    "count": ("There are two dogs.", "Two.", "There are three dogs.", "Three."),
    "place": ("The man is on the beach.", "On the beach.", "The man is in the park.", "In the park."),
}


def score_cases(seed):
    """Answers of each form and kind: as due, in the other form, without a full stop, wrong, twisted; and yes and no."""
    source, rows = rng(seed), []
    for form in FORMS:
        for kind, (sentence, word, wrong, wrong_word) in KINDS.items():
            texts = (sentence, word, wrong) if form != "word" else (word, sentence, wrong_word)
            nearly = texts[0].lower(), texts[0][:-1], texts[0][:-1].lower(), f"{texts[0]} Or not."
            for said in (*texts, *nearly, f"{texts[2][:-1]}, not {word.lower()}"):
                row = {"form": form, "kind": kind, "said": said, "sentence": sentence, "word": word}
                rows += int(torch.randint(1, 6, (), generator=source)) * [row]
    order = torch.randperm(len(rows), generator=source).tolist()
    a, b = number(seed, 15, 19), number(seed + 1, 4, 6)  # no share is a whole percentage, and no two counts are equal
    said = ["Yes."] * (a + b) + ["No."] * (b + 4) + ["Red."] * 3
    true = ["Yes."] * a + ["No."] * b + ["Yes."] * 3 + ["No."] * (b + 4)
    return [([rows[i] for i in order], said, true)]


def score(rows):
    """Rows -> {"all", forms, kinds: percent}."""
    lists = {}
    for row in rows:
        due = row["word"] if row["form"] == "word" else row["sentence"]
        for name in ("all", row["form"], row["kind"]):
            lists.setdefault(name, []).append(row["said"] == due)
    return {name: 100 * sum(found) / len(found) for name, found in lists.items()}


def yes_bias(said, true):
    """Two lists -> {"right", "says yes", "yes instead of no"} in percent."""
    pairs = list(zip(said, true, strict=True))
    of_no = [s for s, t in pairs if t == "No."]
    return {
        "right": 100 * sum(s == t for s, t in pairs) / len(pairs),
        "says yes": 100 * said.count("Yes.") / len(said),
        "yes instead of no": 100 * of_no.count("Yes.") / len(of_no),
    }


def score_both(functions, rows, said, true):
    mine, bias = functions
    return {**(mine(rows) or {"all": None}), **(bias(said, true) or {"right": None})}


# What is invented
NOUNS = {"dog": "dog", "dogs": "dog", "cat": "cat", "cats": "cat", "girl": "girl", "boy": "boy", "car": "car"}


NOUNS |= {"man": "man", "men": "man", "bus": "bus", "buses": "bus"}

TEXTS = ("Two dogs and a girl.", "A scarf, a carpet and a dog.", "Nobody.", "Two cats, and a girl.", "Cat and dog.")


TEXTS += ("A boy, a boy and a boy.", "a girl in a car", "A dog!", "There are two cats here.", "Do you see the cat?")


TEXTS += ("A cat, a boy and a car.", "Three men.", "The girl is in a bus.")


# 26.3 What is invented?
def told():
    return {"invented": {"B", "C", "E"}, "rate": 100 * 3 / 9, "per noun": 100 * 4 / 20, "goes along": 100 * 2 / 3}


# 26.4 Where does it look?
def looks():
    return {"A": "castle", "B": "text", "C": "shirt", "D": "everywhere", "row": 26, "patch": divmod(13 - 2, 4)}


# 26.5 Prefer
def preference_cases(seed):
    """Pairs of answers, and five reports: three keep their promise, one barely, two break half of it once."""
    u = number(seed, 1, 3) / 4
    good = [(30 + u, 11.0, 88.0, 87.5), (40.0, 19.0, 90.0, 89.5 - u), (36.0, 17.0 + u, 86.0, 86.5)]
    no_half, dear = [*good[:2], (36.0, 21.0, 86.0, 86.5)], [(30.0, 11.0, 88.0, 86.0 - u), *good[1:]]
    barely = [*good[:2], (40.0, 20.0, 90.0, 88.0)]
    won = [(30.0, 14.0, 85.0, 86.5 + u), (40.0, 18.0, 86.0, 88.5), (36.0, 9.0, 84.0, 87.0)]
    keys = "rate before", "rate after", "exact before", "exact after"
    runs = good, no_half, dear, barely, won
    reports = [[dict(zip(keys, of_seed, strict=True)) for of_seed in run] for run in (*runs, *runs)]
    reports = reports[seed % 5 :][:5]
    cases = []
    for B, T, beta in ((3, 7, 0.5), (4, 11, 0.9)):
        log_p, reference = (-2 * x.abs() for x in random_tensors(seed + T, (B, 2, T), (B, 2, T)))
        is_answer = torch.arange(T) >= torch.tensor([[1, 3], [3, 2], [2, 1], [1, 2]][:B]).unsqueeze(-1)
        cases.append((scattered(log_p), reference, is_answer, beta, reports))
    return cases


def prefer(log_p, reference_log_p, is_answer, beta):
    """B 2 T, B 2 T, B 2 T, a number -> the mean loss."""
    gains = ((log_p - reference_log_p) * is_answer).sum(dim=-1)
    return -F.logsigmoid(beta * (gains[:, 0] - gains[:, 1])).mean()


def report(runs):
    """The worst of all seeds: {"factor", "cost", "keep"}."""
    factor = max(run["rate after"] / run["rate before"] for run in runs)
    cost = max(run["exact before"] - run["exact after"] for run in runs)
    return {"factor": factor, "cost": cost, "keep": factor <= 0.5 and cost <= 2}


def prefer_and_report(functions, log_p, reference_log_p, is_answer, beta, reports):
    """The loss, and of the reports each part as a list."""
    mine, tell = functions
    told = [tell(runs) or {"factor": None} for runs in reports]
    return {"loss": mine(log_p, reference_log_p, is_answer, beta)} | {
        name: [of.get(name) for of in told] for name in ("factor", "cost", "keep")
    }


# 26.6 Talk about pictures
def talk_cases(seed):
    ids = iter(torch.randint(10, 99, (60,), generator=rng(seed)).tolist())

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
    Exercise(id="26.1", title="Three forms", points=2, truth=(ask, due), cases=form_cases, run=ask_and_say),
    Exercise(
        id="26.2",
        title="Find the bug: a score, and a bias",
        points=3,
        truth=(score, yes_bias),
        cases=score_cases,
        run=score_both,
    ),
    Exercise(id="26.3", title="What is invented?", points=2, truth=told, tolerance=3e-3),
    Exercise(id="26.4", title="Where does it look?", points=2, truth=looks),
    Exercise(
        id="26.5", title="Prefer", points=3, truth=(prefer, report), cases=preference_cases, run=prefer_and_report
    ),
    Exercise(
        id="26.6",
        title="Talk about pictures",
        points=4,
        truth=(prompt, reads, rate),
        cases=talk_cases,
        run=talk,
        mistakes=[
            ("read: earlier pictures are in the cache, too", (prompt, with_old_pictures, rate)),
            (
                "read: in each turn, not up to each",
                (prompt, lambda messages, P: list(accumulate(reads(messages, P))), rate),
            ),
        ],
    ),
]
