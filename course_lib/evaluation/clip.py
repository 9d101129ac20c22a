"""The accuracy of a `Clip`: retrieval and, in the little world, recognition of things and colors."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import torch

from course_lib.data import ImageProcessor, TextTokenizer
from course_lib.evaluation.groups import members_by_group
from course_lib.evaluation.zero_shot import Recall, best_class, encode_captions, encode_pictures, recall_at_1
from course_lib.models import Clip
from course_lib.shapes import NJ
from course_lib.world.scenes import has_held_out_shirt, has_held_out_thing
from course_lib.world.scenes.captions import full_caption
from course_lib.world.scenes.cast import COLORS, LABELS, MOST, PAINTS
from course_lib.world.scenes.phrases import counted, dressed, wearing
from course_lib.world.scenes.scene import Scene

if TYPE_CHECKING:  # slow to import
    import datasets

GALLERY = 256


@dataclass(frozen=True)
class ClipScores:
    """Scores of a set of pictures, in percent: the share of cases where the correct choice is the nearest.

    Args:
        pictures: the number of pictures.
        caption: retrieval of a picture's caption, among the first 256.
        picture: retrieval of a caption's picture, among the first 256.
        thing: the name of the thing. This score and the following ones exist only in the little world.
        colour: the color of the thing.
        shirt: the color of the shirt.
        swap: the full caption against the same caption with the colors of shirt and hat swapped.
    """

    pictures: int
    caption: float
    picture: float
    thing: float | None = None
    colour: float | None = None
    shirt: float | None = None
    swap: float | None = None


def evaluate_clip(
    model: Clip,
    tokenizer: TextTokenizer,
    processor: ImageProcessor,
    rows: "datasets.Dataset",
    scenes: Sequence[Scene] | None = None,
) -> dict[str, ClipScores]:
    """Return the `ClipScores` by group: "all" and, if `rows` has a column `held_out`, one group per value.

    Args:
        model: a `Clip`.
        tokenizer: its tokenizer.
        processor: its image processor.
        rows: see `load_captions`. Only the last caption of each picture is used.
        scenes: the scenes of the pictures, if they are the little world's. In the group "combination", only things and
            shirts with held-out colors are scored.
    """
    images = encode_pictures(model, processor, rows["image"])
    captions = [captions[-1] for captions in rows["caption"]]
    texts = encode_captions(model, tokenizer, captions)
    groups = members_by_group(rows)
    found = {group: recall_of(images, texts, captions, members[:GALLERY]) for group, members in groups.items()}
    named = {group: {} for group in groups}
    if scenes:
        choices = {"colour": colors_of_things, "shirt": colors_of_shirts, "swap": swapped}
        right = {score: first_is_best(model, tokenizer, images, map(of, scenes)) for score, of in choices.items()}
        right |= {"thing": name_things(model, tokenizer, images, scenes)}
        named = {group: shares(scenes, right, members, group) for group, members in groups.items()}
    return {
        group: ClipScores(len(members), *(100 * share for share in found[group]), **named[group])
        for group, members in groups.items()
    }


def recall_of(images: NJ, texts: NJ, captions: Sequence[str], members: Sequence[int]) -> Recall:
    """Return the `Recall` among the pictures with the indices `members`."""
    said = [captions[i] for i in members]
    same = torch.tensor([[one == other for other in said] for one in said])
    return recall_at_1(images[members], texts[members], same)


def shares(
    scenes: Sequence[Scene], right: dict[str, list[bool | None]], members: Sequence[int], group: str
) -> dict[str, float | None]:
    """Return the percentage of correct scenes among `members` for each score, or None if it applies to no scene."""
    found = {}
    for score, each in right.items():
        is_held_out = has_held_out_thing if score in ("thing", "colour") else has_held_out_shirt
        asked = [i for i in members if each[i] is not None and (group != "combination" or is_held_out(scenes[i]))]
        found[score] = 100 * sum(each[i] for i in asked) / len(asked) if asked else None
    return found


def name_things(model: Clip, tokenizer: TextTokenizer, images: NJ, scenes: Sequence[Scene]) -> list[bool]:
    """Return True for each picture whose nearest caption, of one to four things of a kind, names the correct kind."""
    numbers = range(1, MOST + 1)
    vectors = [
        encode_captions(model, tokenizer, [f"a picture of {counted(name, number)}" for name in LABELS])
        for number in numbers
    ]
    named = best_class(images, *vectors)
    return [LABELS[number] == scene.noun for number, scene in zip(named, scenes, strict=True)]


def first_is_best(model: Clip, tokenizer: TextTokenizer, images: NJ, choices: Iterable[list[str]]) -> list[bool | None]:
    """Return True for each picture whose nearest caption is the first of its choices, or None if it has no choices."""
    choices = list(choices)
    texts = sorted({text for each in choices for text in each})
    if not texts:
        return [None] * len(choices)
    vectors = dict(zip(texts, encode_captions(model, tokenizer, texts), strict=True))
    return [
        int((torch.stack([vectors[text] for text in each]) @ image).argmax()) == 0 if each else None
        for image, each in zip(images, choices, strict=True)
    ]


def colors_of_things(scene: Scene) -> list[str]:
    """Return captions with the thing in its true color and then in all other colors; none if it has no color."""
    if not scene.colour:
        return []
    others = [colour for colour in COLORS if colour != scene.colour]
    return [f"a picture of {counted(scene.noun, scene.count, colour)}" for colour in (scene.colour, *others)]


def colors_of_shirts(scene: Scene) -> list[str]:
    """Return captions with the shirt in its true color and then in all other colors; none without a person."""
    if not scene.person:
        return []
    others = [paint for paint in PAINTS if paint != scene.person.shirt]
    return [wearing(replace(scene.person, shirt=paint), "shirt") for paint in (scene.person.shirt, *others)]


def swapped(scene: Scene) -> list[str]:
    """Return the full caption, and the same with the colors of shirt and hat swapped; none if nothing changes."""
    person = scene.person
    if not person or not person.hat or person.hat == person.shirt:
        return []
    text, wrong = full_caption(scene), replace(person, shirt=person.hat, hat=person.shirt)
    return [text, text.replace(dressed(person), dressed(wrong))]
