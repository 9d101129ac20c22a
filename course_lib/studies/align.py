"""What brings a model that sees to say what isn't there: demonstrations, comparisons, a judge? And what is the price?

The pairs are about training pictures. Those of the world have a right answer on the one side, and on the other what the
model said itself; who learns the preferred side alone learns demonstrations. Those of the judge have no right answer:
the model answers several times, and a judge who looks at the picture says which of its answers tells fewer falsehoods.
"""

import copy
from functools import lru_cache

import torch

from course_lib.data import Batches, Preference, load_picture_dialogues, preference_batches, with_reference
from course_lib.evaluation.false_premises import false_turns
from course_lib.models import Vlm
from course_lib.objectives import DirectPreference, pair_log_probabilities
from course_lib.recipes.vlm_aligned import example, preferences
from course_lib.studies.looking import asks, best_of, describing, falsehoods, looked, scored, shipped, tried
from course_lib.studies.study import Numbers, Study
from course_lib.training import Plan, Trainer
from course_lib.world.scenes import Scene
from course_lib.world.scenes.dialogues import SceneTurn, turns

DRAWN = 4  # answers, of which the judge sees the best and the worst
TOKENS = 2000  # of a batch


def of_the_world(pictures: int, seed: int) -> list[Preference]:
    """The pairs of the recipe."""
    return preferences(*looked("train", pictures), *shipped(), seed)


def of_denials(pictures: int, seed: int) -> list[Preference]:
    """Those of them whose premise is false."""
    return [pair for pair in of_the_world(pictures, seed) if said(pair).startswith(("None.", "There is no "))]


def said(pair: Preference) -> str:
    """The preferred answer of a pair."""
    return shipped()[1].decode(pair.chosen.ids[pair.chosen.is_completion.index(True) :])


def of_the_judge(pictures: int, seed: int) -> list[Preference]:
    """The answer with the fewest falsehoods and that with the most, to each question and of the descriptions."""
    seen, (model, template) = looked("train", pictures), shipped()
    asked = [(number, turn) for number, scene in enumerate(seen.scenes) for turn in heard(scene)]
    asked += describing(pictures)
    answers = tried(DRAWN, seed, seen.scenes, asks(model, seen), asked)
    pairs = []
    for (number, turn), (best, *_, worst) in zip(asked, answers, strict=True):
        best_count, worst_count = (falsehoods(seen.scenes[number], turn.user, each.text) for each in (best, worst))
        if best_count < worst_count and best.text and worst.text:
            sides = (example(seen.features[number], turn.user, each.text, template) for each in (best, worst))
            pairs.append(Preference(*sides))
    return pairs


def heard(scene: Scene) -> list[SceneTurn]:
    """The false premises about a scene, in known wordings, and its four turns."""
    return [*(turn for group, turn in false_turns(scene) if group == "known"), *turns(scene)]


SOURCES = {"world": of_the_world, "denials": of_denials, "judge": of_the_judge}


@lru_cache(maxsize=3)
def batches_of(source: str, pictures: int, seed: int) -> Batches:
    """Pairs, with what the model said of them before."""
    batches = preference_batches(SOURCES[source](pictures, seed), TOKENS, seed)
    return with_reference(batches, lambda batch: pair_log_probabilities(shipped()[0], batch))


def taught(batches: Batches, objective: DirectPreference, steps: int, rate: float, seed: int) -> Vlm:
    """A copy of the model after so many steps."""
    model = copy.deepcopy(shipped()[0])
    plan = Plan(steps=steps, learning_rate=rate, evaluations=1, seed=seed)
    Trainer(model, batches, objective, plan).train()
    return model.eval()


@torch.no_grad()
def moved(model: Vlm, batches: Batches, count: int = 100) -> tuple[float, float]:
    """By how many nats preferred and rejected answers have become likelier, in the mean of some pairs."""
    batch = batches.collate(batches.items[:: max(1, len(batches.items) // count)], None)
    preferred, rejected = (pair_log_probabilities(model, batch) - batch.reference_log_p).mean(dim=0).tolist()
    return preferred, rejected


def measure(
    seed: int = 0,
    source: str = "world",
    beta: float = 0.3,
    anchor: float = 1.0,
    steps: int = 80,
    rate: float = 5e-4,
    pictures: int = 120,
    tries: int = 1,
    asked: int = 40,
) -> Numbers:
    """What `scored` measures, and how much likelier the two sides of the world's pairs have become, in nats.

    With `beta` 0 the preferred answers are learnt as demonstrations. Of so many `tries` a judge chooses one.
    """
    held_out = looked("validation", asked)
    model, world = shipped()[0], batches_of("world", pictures, seed)
    if steps:
        model = taught(batches_of(source, pictures, seed), DirectPreference(beta, anchor), steps, rate, seed)
    ask = asks(model, held_out)
    if tries > 1:
        ask = best_of(tries, seed, held_out.scenes, ask)
    preferred, rejected = moved(model, world)
    return scored(held_out.scenes, ask, seed) | {"preferred": preferred, "rejected": rejected}


STUDY = Study(
    measure=measure,
    arms={
        "nothing": {"steps": 0},
        "demonstrations": {"beta": 0.0},
        "DPO": {"anchor": 0.0},
        "DPO, anchor": {},
        "DPO, anchor, no true premises": {"source": "denials"},
        "best of 4": {"steps": 0, "tries": 4},
        "the judge's favourites": {"source": "judge", "beta": 0.0},
    },
    loaders=(load_picture_dialogues,),
    models=("vlm",),
    toy={"steps": 1, "pictures": 3, "asked": 3},
)
