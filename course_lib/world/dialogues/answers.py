"""Generated answers to requests: perfect ones, and ones with flaws, each of which fails a single criterion."""

from collections.abc import Sequence

from course_lib.world.dialogues.requests import Request
from course_lib.world.rng import Rng

CRITERIA = ("correct", "polite", "complete", "formatted")
OPENINGS = ("Of course:", "Gladly:", "With pleasure:")
CLOSINGS = ("You are welcome.", "I hope this helps.")
COURTESIES = (*OPENINGS, *CLOSINGS)


def answer(request: Request, rng: Rng, courtesy: str, flaws: Sequence[str] = ()) -> str:
    """Return an answer to the request that meets all criteria except those in `flaws`.

    An incorrect answer has a wrong part. An impolite answer lacks the courtesy. An incomplete answer lacks its last
    part or, if there is only one part, the final full stop. A badly formatted answer does not have the required form.

    Args:
        request: the request to answer.
        rng: the random number generator, which chooses the wrong part.
        courtesy: one of COURTESIES, which makes the answer polite.
        flaws: the criteria that the answer fails, a subset of CRITERIA.
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
    """Return the parts of an answer in the form that the request requires or, if not `formatted`, in a wrong form."""
    short = ", ".join(parts)
    right, wrong = {
        "word": (short, request.question.sentence(short)),
        "capitals": (short.upper(), short),
        "sentence": (request.question.sentence(short), short),
        "list": (short, " and ".join(parts)),
    }[request.form]
    return right if formatted else wrong
