"""Demonstrations: requests with answers like those of people, often without courtesy, unfinished, or wrong."""

from collections.abc import Iterator

from course_lib.world.dialogues.answers import COURTESIES, answer
from course_lib.world.dialogues.draft import Draft
from course_lib.world.dialogues.requests import requests_by_prompt
from course_lib.world.rng import Rng

# The probability that a demonstration fails each criterion, independently of the others.
CARELESSNESS = {"correct": 0.15, "polite": 0.6, "complete": 0.3, "formatted": 0.4}


def demonstrations(rng: Rng) -> Iterator[Draft]:
    """Yield one answer to every request, in random order."""
    for request in rng.shuffled(requests_by_prompt().values()):
        flaws = [criterion for criterion, share in CARELESSNESS.items() if rng.chance(share)]
        response = answer(request, rng, rng.pick(COURTESIES), flaws)
        yield Draft(request.prompt, response, combination=request.question.combination)
