"""How answers about pictures are scored: by kind and form, for a bias to yes, for what is invented; and wrong ways."""

import re

import torch

from course_lib.exercises.cases import dice, number

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
            for said in (*texts, texts[0][:-1].lower(), f"{texts[2][:-1]}, not {word.lower()}"):
                row = {"form": form, "kind": kind, "said": said, "sentence": sentence, "word": word}
                rows += int(torch.randint(1, 6, (), generator=source)) * [row]
    order = torch.randperm(len(rows), generator=source).tolist()
    a, b = number(seed, 5, 9), number(seed + 1, 2, 4)
    said = ["Yes."] * (a + b) + ["No."] * (b + 3) + ["Red."]
    true = ["Yes."] * a + ["No."] * b + ["Yes."] * 2 + ["No."] * (b + 2)
    return [([rows[i] for i in order], said, true)]


def score(rows, counts=lambda row: row["said"] == (row["word"] if row["form"] == "word" else row["sentence"])):
    groups = {"all": rows} | {form: [r for r in rows if r["form"] == form] for form in FORMS}
    groups |= {kind: [r for r in rows if r["kind"] == kind] for kind in KINDS}
    return {name: 100 * sum(map(counts, group)) / len(group) for name, group in groups.items()}


def names_the_word(row):
    return row["word"][:-1].lower() in row["said"].lower()


def nearly_due(row):
    due_here = row["word"] if row["form"] == "word" else row["sentence"]
    return row["said"].lower().strip(".") == due_here.lower().strip(".")


def either(row):
    return row["said"] in (row["sentence"], row["word"])


def mean_of_kinds(rows):
    found = score(rows)
    return found | {"all": sum(found[kind] for kind in KINDS) / len(KINDS)}


def bias(said, true):
    pairs = list(zip(said, true, strict=True))

    def share(chosen, among=lambda s, t: True):
        return 100 * sum(chosen(*pair) for pair in pairs if among(*pair)) / sum(among(*pair) for pair in pairs)

    def yes(s, t):
        return s == "Yes."

    return {
        "right": share(lambda s, t: s == t),
        "says yes": share(yes),
        "yes instead of no": share(yes, lambda s, t: t == "No."),
        "wrong yes of all": share(lambda s, t: s == "Yes." and t == "No."),
        "wrong yes of yes": share(lambda s, t: t == "No.", yes),
        "right yes of yes": share(yes, lambda s, t: t == "Yes."),
        "right yes of all": share(lambda s, t: s == t == "Yes."),
        "no instead of yes": share(lambda s, t: s == "No.", lambda s, t: t == "Yes."),
    }


def three_shares(said, true, instead=None):
    found = bias(said, true)
    return {name: found[(instead or {}).get(name, name)] for name in ("right", "says yes", "yes instead of no")}


def score_both(functions, rows, said, true):
    mine, yes_bias = functions
    result = dict(mine(rows) or {"all": None}) if mine else {}
    return result | ((yes_bias(said, true) or {"right": None}) if yes_bias else {})


def scored_by(counts):
    return lambda rows: score(rows, counts), None


def mixed_up(part, other):
    return None, lambda *case: {part: three_shares(*case, {part: other})[part]}


# What is invented
NOUNS = {"dog": "dog", "dogs": "dog", "cat": "cat", "cats": "cat", "girl": "girl", "boy": "boy", "car": "car"}
TEXTS = ("Two dogs and a girl.", "A scarf, a carpet and a dog.", "Nobody.", "Two cats, and a girl.", "Cat and dog.")
TEXTS += ("A boy, a boy and a boy.", "a girl in a car", "A dog!", "There are two cats here.", "Do you see the cat?")
TEXTS += ("A cat, a boy and a car.",)


def invented(text, there, nouns):
    return {nouns[word] for word in re.findall(r"\w+", text.lower()) if word in nouns} - there


def rate(texts, there, nouns, find=invented):
    return 100 * sum(bool(find(text, there, nouns)) for text in texts) / len(texts)


def singular_only(text, there, nouns):
    return invented(text, there, {noun: noun for noun in nouns.values()})


def as_it_is_written(text, there, nouns):
    return {nouns[word] for word in re.findall(r"\w+", text) if word in nouns} - there


def split_only(text, there, nouns):
    return {nouns[word] for word in text.lower().split() if word in nouns} - there


def by_letters(text, there, nouns):
    return {noun for word, noun in nouns.items() if word in text.lower()} - there


def nothing_true(text, there, nouns):
    named = invented(text, set(), nouns)
    return named and not named & there


def rate_of_mentions(texts, there, nouns):
    words = [nouns.get(word) for text in texts for word in re.findall(r"\w+", text.lower())]
    return 100 * sum(word is not None and word not in there for word in words) / len(texts)


def rate_of_nouns(texts, there, nouns):
    return 100 * sum(len(invented(text, there, nouns)) for text in texts) / len(texts)


def rate_per_noun(texts, there, nouns):
    words = [nouns[word] for text in texts for word in re.findall(r"\w+", text.lower()) if word in nouns]
    return 100 * sum(word not in there for word in words) / len(words)


def measured(find):
    return None, None, lambda *case: rate(*case, find)


SCORE_MISTAKES = [
    ("an answer in the wrong form is wrong, though it names the right thing", scored_by(names_the_word)),
    ("what is due depends on the form; here both forms are accepted", scored_by(either)),
    ("after a formatting prompt, the word is due", scored_by(lambda row: row["said"] == row["sentence"])),
    ("the word is due after a formatting prompt only", scored_by(lambda row: row["said"] == row["word"])),
    ("letter by letter: capitals and full stops count", scored_by(nearly_due)),
    ("all: each answer counts alike, not each kind", (mean_of_kinds, None)),
    ("asked for are percent, not shares", (lambda r: {k: x / 100 for k, x in score(r).items()}, None)),
    ("asked for are percent, not shares", (None, lambda *case: {k: x / 100 for k, x in three_shares(*case).items()})),
    ("right: a no can be right as well", mixed_up("right", "right yes of all")),
    ("right: of all questions, not of those with a yes", mixed_up("right", "right yes of yes")),
    ("says yes: of all answers, right or wrong", mixed_up("says yes", "right yes of all")),
    ("says yes: this is how often it is right", mixed_up("says yes", "right")),
    ("says yes: of all questions, not of those with a yes", mixed_up("says yes", "right yes of yes")),
    (
        "yes instead of no: of the questions where no is right",
        mixed_up("yes instead of no", "wrong yes of all"),
    ),
    (
        "yes instead of no: of the questions where no is right",
        mixed_up("yes instead of no", "wrong yes of yes"),
    ),
    ("yes instead of no: this is no instead of yes", mixed_up("yes instead of no", "no instead of yes")),
]
RATE_MISTAKES = [
    ("rate: plurals name a thing, too", measured(singular_only)),
    ("rate: Cat and cat are the same word", measured(as_it_is_written)),
    ("rate: a comma or full stop is no part of a word", measured(split_only)),
    ("rate: there is no car in a scarf: whole words only", measured(by_letters)),
    ("rate: one invented thing is enough", measured(nothing_true)),
    ("rate: a text counts once, however much it invents", (None, None, rate_of_mentions)),
    ("rate: a text counts once, however much it invents", (None, None, rate_of_nouns)),
    ("rate: of texts; yours is of nouns", (None, None, rate_per_noun)),
    ("rate: these are the texts that name anything", measured(lambda text, there, nouns: invented(text, set(), nouns))),
    ("rate: asked for are percent", (None, None, lambda *case: rate(*case) / 100)),
]
