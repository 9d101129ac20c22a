"""Demonstrations: requests with answers like those that people write, often impolite, incomplete, or wrong."""

from collections.abc import Iterator

from course_lib.world.dialogues.answers import COURTESIES, answer
from course_lib.world.dialogues.draft import Draft
from course_lib.world.dialogues.requests import requests_by_prompt
from course_lib.world.rng import Rng

# For each criterion, the probability that a demonstration fails it, independently of the other criteria.
CARELESSNESS = {"correct": 0.15, "polite": 0.6, "complete": 0.3, "formatted": 0.4}


def demonstrations(rng: Rng) -> Iterator[Draft]:
    """Yield every request once, in random order, with an answer that has random flaws."""
    for request in rng.shuffled(requests_by_prompt().values()):
        flaws = [criterion for criterion, share in CARELESSNESS.items() if rng.chance(share)]
        response = answer(request, rng, rng.pick(COURTESIES), flaws)
        yield Draft(request.prompt, response, combination=request.question.combination)
