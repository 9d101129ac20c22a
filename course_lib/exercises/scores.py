"""How answers about pictures are scored: by kind and form, for a bias to yes; and texts that invent."""

import torch

from course_lib.exercises.cases import dice, number
from course_lib.exercises.exercise import Exercise
from course_lib.exercises.solutions import Edit

FORMS = ("normal", "ambiguous", "word")
KINDS = {  # what is due, in both forms; the same with something wrong
    "colour": ("The car is red.", "Red.", "The car is blue.", "Blue."),
    "count": ("There are two dogs.", "Two.", "There are three dogs.", "Three."),
    "place": ("The man is on the beach.", "On the beach.", "The man is in the park.", "In the park."),
}


def score_cases(seed):
    """Answers of each form and kind: as due, in the other form, without a full stop, wrong, twisted; and yes and no."""
    source, rows = dice(seed), []
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


def mean_of_kinds(rows):
    found = score(rows)
    return found | {"all": sum(found[kind] for kind in KINDS) / len(KINDS)}


def mean_of_forms(rows):
    found = score(rows)
    return found | {"all": sum(found[form] for form in FORMS) / len(FORMS)}


def score_both(functions, rows, said, true):
    mine, bias = functions
    return {**(mine(rows) or {"all": None}), **(bias(said, true) or {"right": None})}


# What is invented
NOUNS = {"dog": "dog", "dogs": "dog", "cat": "cat", "cats": "cat", "girl": "girl", "boy": "boy", "car": "car"}
NOUNS |= {"man": "man", "men": "man", "bus": "bus", "buses": "bus"}
TEXTS = ("Two dogs and a girl.", "A scarf, a carpet and a dog.", "Nobody.", "Two cats, and a girl.", "Cat and dog.")
TEXTS += ("A boy, a boy and a boy.", "a girl in a car", "A dog!", "There are two cats here.", "Do you see the cat?")
TEXTS += ("A cat, a boy and a car.", "Three men.", "The girl is in a bus.")


SCORE = Exercise(
    id="26.2",
    title="Find the bug: a score, and a bias",
    points=3,
    truth=(score, yes_bias),
    cases=score_cases,
    run=score_both,
    mistakes=[
        (
            "an answer in the wrong form is wrong, though it names the right thing",
            Edit('row["said"] == due → row["word"][:-1].lower() in row["said"].lower()'),
        ),
        (
            "what is due depends on the form; here both forms are accepted",
            Edit('row["said"] == due → row["said"] in (row["sentence"], row["word"])'),
        ),
        ("an ambiguous prompt is due the sentence", Edit('row["form"] == "word" → row["form"] != "normal"')),
        ("what is due must be all that was said", Edit('row["said"] == due → due in row["said"]')),
        ("after a formatting prompt, the word is due", Edit('row["said"] == due → row["said"] == row["sentence"]')),
        ("the word is due after a formatting prompt only", Edit('row["said"] == due → row["said"] == row["word"]')),
        (
            "letter by letter: capitals and full stops count",
            Edit('row["said"] == due → row["said"].lower().strip(".") == due.lower().strip(".")'),
        ),
        ("all: each answer counts alike, not each kind", (mean_of_kinds, yes_bias)),
        ("asked for are percent, not shares", Edit("100 * sum(found) → sum(found)")),
        (
            "asked for are percent, not shares",
            (score, lambda *case: {name: share / 100 for name, share in yes_bias(*case).items()}),
        ),
        ("right: a no can be right as well", Edit('s == t for → s == t == "Yes." for')),
        (
            "right: of all questions, not of those with a yes",
            Edit(
                "sum(s == t for s, t in pairs) / len(pairs) → "
                'sum(s == t == "Yes." for s, t in pairs) / true.count("Yes.")'
            ),
        ),
        (
            "says yes: of all answers, right or wrong",
            Edit('said.count("Yes.") / len(said) → sum(s == t == "Yes." for s, t in pairs) / len(said)'),
        ),
        (
            "says yes: what is neither yes nor no is no yes",
            Edit('100 * said.count("Yes.") / len(said) → 100 * sum(s != "No." for s in said) / len(said)'),
        ),
        (
            "says yes: this is how often it is right",
            Edit('said.count("Yes.") / len(said) → sum(s == t for s, t in pairs) / len(said)'),
        ),
        (
            "says yes: of all questions, not of those with a yes",
            Edit('said.count("Yes.") / len(said) → sum(s == t == "Yes." for s, t in pairs) / true.count("Yes.")'),
        ),
        (
            "says yes: yours is how often yes is right; count what was said",
            Edit('said.count("Yes.") / len(said) → true.count("Yes.") / len(said)'),
        ),
        (
            "says yes: yours is how often no is said",
            Edit('said.count("Yes.") / len(said) → said.count("No.") / len(said)'),
        ),
        (
            "says yes: yours is rounded down; keep the decimals",
            Edit('100 * said.count("Yes.") / len(said) → 100 * said.count("Yes.") // len(said)'),
        ),
        (
            "yes instead of no: of the questions where no is right",
            Edit("/ len(of_no) → / len(pairs)"),
        ),
        (
            "yes instead of no: of the questions where no is right",
            Edit('/ len(of_no) → / said.count("Yes.")'),
        ),
        (
            "yes instead of no: this is no instead of yes",
            Edit(
                'of_no.count("Yes.") / len(of_no) → '
                'sum(s == "No." for s, t in pairs if t == "Yes.") / true.count("Yes.")'
            ),
        ),
        ("all: each answer counts alike, not each form", (mean_of_forms, yes_bias)),
        (
            "says yes: of all answers, also of those that are neither yes nor no",
            Edit('said.count("Yes.") / len(said) → said.count("Yes.") / sum(s in ("Yes.", "No.") for s in said)'),
        ),
        (
            "yes instead of no: what is neither yes nor no is no yes",
            Edit('of_no.count("Yes.") / len(of_no) → sum(s != "No." for s in of_no) / len(of_no)'),
        ),
    ],
)
