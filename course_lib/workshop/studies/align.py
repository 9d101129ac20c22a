"""What brings a model that sees to say what isn't there: demonstrations, comparisons, a judge? And what is the price?

The pairs are those of the recipe, but none asks how many there are. Who learns the preferred answers alone learns
demonstrations. "Best of 4" learns nothing: a judge who knows what is in the picture picks the one of four answers that
tells the fewest falsehoods.
"""

import copy
from collections.abc import Sequence
from functools import lru_cache

import torch

from course_lib.data import Batches, load_picture_dialogues, preference_batches, with_reference
from course_lib.evaluation import premises_about, score_premises
from course_lib.evaluation.falsehoods import falsehoods
from course_lib.generation import Sampler, likeliest
from course_lib.models import Vlm
from course_lib.objectives import DirectPreference, pair_log_probabilities
from course_lib.workshop.recipes.vlm_aligned import description, preferences
from course_lib.workshop.studies.harness import fit, percent
from course_lib.workshop.studies.looking import Ask, asks, looked, shipped
from course_lib.workshop.studies.study import Numbers, Study
from course_lib.world.scenes import Scene
from course_lib.world.scenes.dialogues import turns
from course_lib.world.scenes.truth import invented

GROUPS = "known", "wording", "count", "slide"
WAYS = "as_asked", "otherwise", "goes_along"
TOKENS = 2000  # of a batch


@lru_cache(maxsize=1)
def batches_of(pictures: int, seed: int) -> Batches:
    """The pairs of the recipe about so many pictures, with what the model said of them before."""
    model, template = shipped()
    pairs = preferences(*looked("train", pictures), model, template, seed, held_out_topics=("count",))
    batches = preference_batches(pairs, TOKENS, seed)
    return with_reference(batches, lambda batch: pair_log_probabilities(model, batch))


def best_of(count: int, seed: int, scenes: Sequence[Scene], ask: Ask) -> Ask:
    """Like `ask`, but of so many answers, drawn at temperature 1, a judge takes the one with the fewest falsehoods."""

    def ask_often(asked, _):
        drawn = [ask(asked, Sampler(seed=count * seed + number)) for number in range(count)]
        return [
            min(answers, key=lambda given: falsehoods(scenes[number], turn.user, given.text))
            for (number, turn), answers in zip(asked, zip(*drawn, strict=True), strict=True)
        ]

    return ask_often


def scored(scenes: Sequence[Scene], ask: Ask, seed: int) -> Numbers:
    """Percents: what is done with false premises, by group; of exact answers; of descriptions that invent, T = 1."""
    premises = premises_about(scenes)
    scores = score_premises(premises, ask([(number, turn) for number, _, turn in premises], likeliest))
    evaluation_set = [(number, turn) for number, scene in enumerate(scenes) for turn in turns(scene)]
    exact = [
        given.text == turn.assistant
        for given, (_, turn) in zip(ask(evaluation_set, likeliest), evaluation_set, strict=True)
    ]
    told = ask([(number, description(scene)) for number, scene in enumerate(scenes)], Sampler(seed=seed))
    wrong = [bool(invented(scene, given.text)) for scene, given in zip(scenes, told, strict=True)]
    premised = {f"{group} {way}": getattr(scores[group], way) for group in GROUPS for way in WAYS}
    return premised | {"exact": percent(exact), "invents": percent(wrong)}


@torch.no_grad()
def moved(model: Vlm, batches: Batches, count: int = 100) -> tuple[float, float]:
    """By how many nats preferred and rejected answers have become more likely, in the mean of some pairs."""
    batch = batches.collate(batches.items[:: max(1, len(batches.items) // count)], None)
    preferred, rejected = (pair_log_probabilities(model, batch) - batch.reference_log_p).mean(dim=0).tolist()
    return preferred, rejected


def measure(
    seed: int = 0,
    beta: float = 0.3,
    anchor: float = 1.0,
    steps: int = 80,
    rate: float = 5e-4,
    pictures: int = 120,
    tries: int = 1,
    asked: int = 40,
) -> Numbers:
    """What `scored` measures, and how much more likely the two sides of the pairs have become, in nats.

    With `beta` 0 the preferred answers are learned as demonstrations. Of so many `tries` a judge chooses one.
    """
    held_out = looked("validation", asked)
    model, batches = shipped()[0], batches_of(pictures, seed)
    if steps:
        model = fit(copy.deepcopy(model), batches, DirectPreference(beta, anchor), steps, rate, seed)
    ask = asks(model, held_out)
    if tries > 1:
        ask = best_of(tries, seed, held_out.scenes, ask)
    preferred, rejected = moved(model, batches)
    return scored(held_out.scenes, ask, seed) | {"preferred": preferred, "rejected": rejected}


STUDY = Study(
    measure=measure,
    arms={
        "nothing": {"steps": 0},
        "demonstrations": {"beta": 0.0},
        "DPO": {"anchor": 0.0},
        "DPO, anchor": {},
        "demonstrations, 240 steps": {"beta": 0.0, "steps": 240},
        "DPO, anchor, 240 steps": {"steps": 240},
        "best of 4": {"steps": 0, "tries": 4},
    },
    loaders=(load_picture_dialogues,),
    models=("vlm",),
    toy={"steps": 1, "pictures": 3, "asked": 3},
)
