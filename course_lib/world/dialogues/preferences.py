"""The preference data set: a perfect answer to each request, and one that fails a single known criterion."""

from dataclasses import dataclass
from functools import lru_cache

from course_lib.world.dialogues.answers import COURTESIES, CRITERIA, answer
from course_lib.world.dialogues.requests import Request, requests_of
from course_lib.world.rng import Rng
from course_lib.world.splits import check_split

SIZES = {"train": 16_000, "validation": 800, "test": 800}


Message = dict[str, str]  # a dict with the keys role and content


@dataclass(frozen=True)
class Preference:
    """Two conversations with the same prompt, one with a perfect answer and one with a flawed answer.

    Args:
        chosen: the user's request and the perfect answer.
        rejected: the same request and an answer with one flaw.
        flaw: the criterion that the rejected answer fails.
        held_out: why the request is not in training: "question", "combination", or "" in the training split.
    """

    chosen: tuple[Message, Message]
    rejected: tuple[Message, Message]
    flaw: str
    held_out: str


def make_preferences(split: str = "train", seed: int = 0) -> list[Preference]:
    """Return the preferences of a split: 16,000 for "train", 800 each for "validation" and "test".

    The prompts are the requests in the dialogues of the same split.

    Raises:
        CourseError: the split does not exist.
    """
    check_split(split)
    return list(preferences_by_split(seed)[split])


@lru_cache(maxsize=1)
def preferences_by_split(seed: int) -> dict[str, list[Preference]]:
    """Return the preferences of each split, without duplicates."""
    rng = Rng(seed)
    return {split: list(draw(rng, requests_of(split), size)) for split, size in SIZES.items()}


def draw(rng: Rng, requests: list[Request], size: int) -> list[Preference]:
    """Return `size` different preferences, using each request about equally often."""
    pairs = {}
    while len(pairs) < size:
        for request in rng.shuffled(requests):
            pair = compare(rng, request)
            pairs.setdefault((pair.chosen[1]["content"], *(m["content"] for m in pair.rejected)), pair)
    return list(pairs.values())[:size]


def compare(rng: Rng, request: Request) -> Preference:
    """Return a preference for a perfect answer over the same answer with one random flaw."""
    courtesy, flaw = rng.pick(COURTESIES), rng.pick(CRITERIA)
    chosen, rejected = (answer(request, rng, courtesy, flaws) for flaws in ((), (flaw,)))
    return Preference(talk(request, chosen), talk(request, rejected), flaw, request.group[1])


def talk(request: Request, response: str) -> tuple[Message, Message]:
    """Return a request and a response as a conversation of two messages."""
    return {"role": "user", "content": request.prompt}, {"role": "assistant", "content": response}
