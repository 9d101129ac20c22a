"""Answers to requests: perfect ones, and ones with flaws that each break a single criterion."""

from collections.abc import Sequence

from course_lib.world.dialogues.requests import Request
from course_lib.world.rng import Rng

CRITERIA = ("correct", "polite", "complete", "formatted")
OPENINGS = ("Of course:", "Gladly:", "With pleasure:")
CLOSINGS = ("You are welcome.", "I hope this helps.")
COURTESIES = (*OPENINGS, *CLOSINGS)


def answer(request: Request, rng: Rng, courtesy: str, flaws: Sequence[str] = ()) -> str:
    """Return the answer to a request that meets all criteria except the `flaws`, a subset of CRITERIA.

    An incorrect answer has a wrong part; an impolite one lacks the courtesy; an incomplete one lacks its last part or,
    if there is only one, the final full stop; a badly formatted one does not have the required form.
    """
    parts = list(request.question.key)
    if "correct" in flaws:
        parts[0] = rng.pick(request.question.mistakes)
    if "complete" in flaws and len(parts) > 1:
        parts.pop()
    core = shape(request, parts, "formatted" not in flaws)
    text = f"{core[0].upper()}{core[1:]}."
    if "polite" not in flaws:
        text = f"{courtesy} {text}" if courtesy in OPENINGS else f"{text} {courtesy}"
    return text.removesuffix(".") if "complete" in flaws and len(request.question.key) == 1 else text


def shape(request: Request, parts: list[str], formatted: bool) -> str:
    """Return the parts in the required form, or in another one if not `formatted`."""
    short = ", ".join(parts)
    right, wrong = {
        "word": (short, request.question.sentence(short)),
        "capitals": (short.upper(), short),
        "sentence": (request.question.sentence(short), short),
        "list": (short, " and ".join(parts)),
    }[request.form]
    return right if formatted else wrong
