"""How much of the topic that is read off Bert's states comes from the tokens that are still to come?

The Berts are those of the study `architectures`, and so is the probe. The control reads stories that end at the token;
another one has learned nothing.
"""

from collections.abc import Callable

import torch

from course_lib.data import load_stories
from course_lib.evaluation.architectures import Ids, states_without_future, token_states
from course_lib.models import Bert
from course_lib.workshop.recipes.variants import new_variant
from course_lib.workshop.studies.architectures import pretrained, topic_numbers, world
from course_lib.workshop.studies.study import Numbers, Study


def trained(seed: int, steps: int, count: int) -> Bert:
    """A Bert after its exercise."""
    return pretrained("Bert", seed, steps, count)[0]


def untrained(seed: int, steps: int, count: int) -> Bert:
    """A Bert with random weights."""
    return new_variant("Bert", len(world(count)[2]), seed).eval()


def measure(
    seed: int = 0,
    make: Callable[[int, int, int], Bert] = trained,
    read: Callable[[Bert, list[Ids]], list[torch.Tensor]] = token_states,
    steps: int = 800,
    count: int = 20_000,
) -> Numbers:
    """The percents of tokens at which a probe reads the topic."""
    return topic_numbers(make(seed, steps, count), count, read)


STUDY = Study(
    measure=measure,
    arms={"whole stories": {}, "no future": {"read": states_without_future}, "untrained": {"make": untrained}},
    loaders=(load_stories,),
    toy={"steps": 2, "count": 400},
)
