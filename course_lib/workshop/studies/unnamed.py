"""Which captions must a CLIP have read to name a hat, and to tell shirt and hat apart?

Girls in a shirt and a hat of two colors, drawn alone in the park. The arms differ in what the captions name: the
shirt, the hat, or both, in one caption or in two. In the last one training shows each two colors one way round only:
so no caption is ever held against the same colors on the other garment. It is asked about the other way round.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import combinations

from course_lib.data import ImageProcessor, Tokenizer, caption_batches, load_captions
from course_lib.evaluation import encode_pictures
from course_lib.evaluation.clip import first_is_best
from course_lib.models import Clip, ClipConfig, TextConfig, VisionConfig
from course_lib.objectives import Contrastive
from course_lib.workshop.studies.harness import fit, percent
from course_lib.workshop.studies.study import Numbers, Study
from course_lib.world.rng import Rng
from course_lib.world.scenes.cast import PAINTS
from course_lib.world.scenes.drawing import render_png
from course_lib.world.scenes.phrases import wearing
from course_lib.world.scenes.scene import Person, Scene, draw_person

PIXELS, PATCH = 32, 16
EVALUATED = 400
SHIRT, HAT, BOTH = ("shirt",), ("hat",), ("shirt", "hat")
Pairs = set[tuple[str, str]]  # the colors of shirts and hats


@lru_cache(maxsize=1)
def girls(count: int) -> list[tuple[Person, bytes]]:
    """So many girls in a hat and a shirt of two colors, and their pictures."""
    rng, found = Rng(0), []
    while len(found) < count:
        person = draw_person(rng, "left")
        if person.kind == "girl" and person.hat and person.hat != person.shirt:
            scene = Scene("park", "ball", "", 0, (), person, "left")
            found.append((person, render_png(scene, PIXELS)))
    return found


def every_pair(rng: random.Random) -> Pairs:
    """Each two colors, both ways round."""
    return {pair for two in combinations(PAINTS, 2) for pair in (two, two[::-1])}


def one_way_round(rng: random.Random) -> Pairs:
    """Each two colors, one way round."""
    return {two if rng.random() < 0.5 else two[::-1] for two in combinations(PAINTS, 2)}


def measure(
    seed: int = 0,
    named: tuple[tuple[str, ...], ...] = (BOTH,),
    pairs: Callable[[random.Random], Pairs] = every_pair,
    people: int = 2400,
    steps: int = 250,
    batch: int = 64,
    rate: float = 4e-3,
) -> Numbers:
    """Percents of girls whose hat and shirt are named rightly, alone, and whose caption is nearer than one swapped.

    `named`: what each of the captions of a picture names.
    """
    cast, shown = girls(people + EVALUATED), pairs(random.Random(seed))
    learned = [(girl, picture) for girl, picture in cast[EVALUATED:] if (girl.shirt, girl.hat) in shown]
    asked = [each for each in cast[:EVALUATED] if (each[0].shirt, each[0].hat) not in shown] or cast[:EVALUATED]
    tokenizer = Tokenizer.train([wearing(girl, *names) for girl, _ in cast for names in (SHIRT, HAT, BOTH)], 200)
    model, processor = new_clip(len(tokenizer)), ImageProcessor(size=(PIXELS, PIXELS))
    captions = [tokenizer.encode_batch([wearing(girl, *names) for names in named]) for girl, _ in learned]
    batches = caption_batches([picture for _, picture in learned], captions, processor, batch, seed)
    fit(model, batches, Contrastive(), steps, rate, seed, weight_decay=0.05)
    images = encode_pictures(model, processor, [picture for _, picture in asked])
    choices = {
        "hat": hats,
        "hat, the shirt's colour": lambda girl: hats(replace(girl, hat=girl.shirt)),
        "shirt": shirts,
        "swap": lambda girl: [wearing(girl, *BOTH), wearing(swapped(girl), *BOTH)],
    }
    return {
        name: percent(first_is_best(model, tokenizer, images, [choose(girl) for girl, _ in asked]))
        for name, choose in choices.items()
    }


def new_clip(vocab_size: int) -> Clip:
    """A small CLIP."""
    vision = VisionConfig(image_size=PIXELS, patch_size=PATCH, d_model=64, d_ff=128, num_layers=2)
    text = TextConfig(vocab_size=vocab_size, d_model=64, d_ff=128, num_layers=1, max_length=64)
    return Clip(ClipConfig(vision=vision, text=text))


def own_first(colour: str) -> Sequence[str]:
    """All colors, this one first."""
    return [colour, *(paint for paint in PAINTS if paint != colour)]


def hats(girl: Person) -> list[str]:
    """A girl in a hat of her color, then of all others."""
    return [wearing(replace(girl, hat=paint), *HAT) for paint in own_first(girl.hat)]


def shirts(girl: Person) -> list[str]:
    """A girl in a shirt of her color, then of all others."""
    return [wearing(replace(girl, shirt=paint), *SHIRT) for paint in own_first(girl.shirt)]


def swapped(girl: Person) -> Person:
    """The same girl whose shirt and hat have changed their colors."""
    return replace(girl, shirt=girl.hat, hat=girl.shirt)


STUDY = Study(
    measure=measure,
    arms={
        "shirt alone": {"named": (SHIRT,)},
        "both in one": {},
        "shirt alone, both in one": {"named": (SHIRT, BOTH)},
        "each alone": {"named": (SHIRT, HAT)},
        "each alone, both in one": {"named": (SHIRT, HAT, BOTH)},
        "both, one way round": {"pairs": one_way_round},
    },
    loaders=(load_captions,),  # drawn by the same code: if these pictures change, so do those of this study
    toy={"people": 40, "steps": 1, "batch": 5},
)
