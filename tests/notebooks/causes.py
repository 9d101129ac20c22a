"""What backs each sentence of a lesson that names a cause: `causes.csv` lists them, one row a sentence.

The column `backing` holds one of
- `run CELL ...`: the code cells whose outputs show it, by id; more than one arm, or more than one seed;
- `study NAME ...`: cards in `data/studies`;
- `reasoning`: it follows from a formula, from arithmetic, from the code or from what we set out to do, with no run;
- `source`: somebody else's result, whose paper or page the lesson links;
- `guess`: not tested, and worded so.
"""

import csv
import re
from pathlib import Path

from course_lib.present import headings
from course_lib.studies import all_studies
from tests.notebooks.lesson import LINK

CAUSE = re.compile(
    r"\b(?:because|therefore|hence|thus|since|due to|owing to|thanks to|the reason|explains|causes?d?"
    r"|leads? to|results? in|(?:that|which|this) is why)\b"
    r"|(?:^|[,;:] )so (?!(?:much|many|far|few|little|that|on|called)\b)",
    re.IGNORECASE,
)
APART = re.compile(r"^#.*?$|```.*?```", re.DOTALL | re.MULTILINE)
NOT_WORDS = re.compile(r"\$\$.*?\$\$|<[^>]*>", re.DOTALL)
ENDS = re.compile(r"(?<=[.!?])\s+|\n\s*\n|\n(?=\s*(?:[-|*#]|\d+\.))")
HEDGE = re.compile(
    r"\b(?:may|might|perhaps|probably|possibly|likely|guess(?:es)?|seems?|could|not tested)\b", re.IGNORECASE
)
MOST_GUESSES = 3  # in a lesson
LIST = Path(__file__).with_name("causes.csv")


def causes(lesson):
    """Pairs of the heading above and a sentence that names a cause."""
    heading = ""
    for cell in lesson.prose:
        heading = next((title for _, title in headings(cell)), heading)
        for sentence in ENDS.split(NOT_WORDS.sub("", APART.sub("\n\n", cell.source))):
            if CAUSE.search(sentence):
                yield heading, " ".join(sentence.split())


def backings(name):
    """Of each sentence of a lesson in the list what backs it."""
    with LIST.open(encoding="utf-8", newline="") as file:
        return {row["sentence"]: row["backing"] for row in csv.DictReader(file) if row["lesson"] == name}


def has_each_cause_in_the_list(lesson, listed):
    named = {sentence for _, sentence in causes(lesson)}
    for sentence in named - listed.keys():
        yield f"no row in tests/notebooks/{LIST.name}, which needs lesson, sentence, backing: {sentence}"
    for sentence in listed.keys() - named:
        yield f"in tests/notebooks/{LIST.name}, but not in the lesson: {sentence}"


def backs_each_cause(lesson, listed):
    runs = {cell.id for cell in lesson.code if cell.outputs}
    for sentence, backing in listed.items():
        kind, *what = backing.split()
        known = {"run": runs, "study": all_studies().keys(), "reasoning": [], "source": [], "guess": []}.get(kind)
        if known is None or bool(what) != bool(known) or not set(what) <= set(known):
            yield f"{backing!r} is no backing: {sentence}"


def links_each_source(lesson, listed):
    linked = " ".join(" ".join(cell.source.split()) for cell in lesson.prose if LINK.search(cell.source))
    for sentence, backing in listed.items():
        if backing == "source" and sentence not in linked:
            yield f"no link in the cell: {sentence}"


def words_guesses_as_such(lesson, listed):
    guesses = [sentence for sentence, backing in listed.items() if backing == "guess"]
    if len(guesses) > MOST_GUESSES:
        yield f"{len(guesses)} guesses, more than {MOST_GUESSES}"
    for heading, sentence in causes(lesson):
        if sentence in guesses and not HEDGE.search(sentence):
            yield f"a guess that is told as a fact: {sentence}"
        if sentence in guesses and heading == "Takeaways":
            yield f"a guess among the takeaways: {sentence}"


RULES = [has_each_cause_in_the_list, backs_each_cause, links_each_source, words_guesses_as_such]
