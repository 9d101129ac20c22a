"""How well a `Clip` knows pictures: which captions it finds, and in the little world which things and colours."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from course_lib.data import ImageProcessor, TextTokenizer
from course_lib.evaluation.groups import members_by_group
from course_lib.evaluation.zero_shot import Recall, best_class, encode_captions, encode_pictures, recall_at_1
from course_lib.models import Clip
from course_lib.shapes import NJ
from course_lib.world.language.writing import with_article
from course_lib.world.scenes import has_withheld_shirt, has_withheld_thing
from course_lib.world.scenes.cast import KINDS, LABELS, MOST, PAINTS
from course_lib.world.scenes.phrases import counted, garment
from course_lib.world.scenes.scene import Scene

if TYPE_CHECKING:  # slow to import, and whoever has rows has it already
    import datasets

GALLERY = 256


@dataclass(frozen=True)
class ClipScores:
    """Scores of a set of pictures, in percent: how often the right one is the nearest.

    `caption` and `picture`: by a picture its caption, and by a caption its picture, among the first 256. In the little
    world also `thing` and `shirt`: the thing's name, and the colour of the shirt; elsewhere they are None.
    """

    pictures: int
    caption: float
    picture: float
    thing: float | None = None
    shirt: float | None = None


def evaluate_clip(
    model: Clip,
    tokenizer: TextTokenizer,
    processor: ImageProcessor,
    rows: "datasets.Dataset",
    scenes: Sequence[Scene] | None = None,
) -> dict[str, ClipScores]:
    """`ClipScores` by group: "all", and one for each kind of `held_out` where the rows have that column.

    Args:
        rows: see `load_captions`; the last caption of each is looked for.
        scenes: of the same pictures, if they are the little world's. In the group "combination", only those things and
            shirts count that training never shows in their colours.
    """
    images = encode_pictures(model, processor, rows["image"])
    captions = [captions[-1] for captions in rows["caption"]]
    texts = encode_captions(model, tokenizer, captions)
    groups = members_by_group(rows)
    found = {group: recall_of(images, texts, captions, members[:GALLERY]) for group, members in groups.items()}
    named = {group: {} for group in groups}
    if scenes:
        names = name_things(model, tokenizer, images), name_shirts(model, tokenizer, images, scenes)
        named = {group: named_rightly(scenes, *names, members, group) for group, members in groups.items()}
    return {
        group: ClipScores(len(members), *(100 * share for share in found[group]), **named[group])
        for group, members in groups.items()
    }


def recall_of(images: NJ, texts: NJ, captions: Sequence[str], members: Sequence[int]) -> Recall:
    """The `Recall` among the pictures with the numbers `members`."""
    said = [captions[i] for i in members]
    same = torch.tensor([[one == other for other in said] for one in said])
    return recall_at_1(images[members], texts[members], same)


def named_rightly(
    scenes: Sequence[Scene], things: Sequence[str], shirts: Sequence[str | None], members: Sequence[int], group: str
) -> dict[str, float]:
    """The shares of things and shirts, in percent, that are named rightly in the scenes with the numbers `members`."""
    withheld = group == "combination"
    thing = [things[i] == scenes[i].noun for i in members if has_withheld_thing(scenes[i]) or not withheld]
    dressed = [i for i in members if (has_withheld_shirt(scenes[i]) if withheld else scenes[i].person)]
    shirt = [shirts[i] == scenes[i].person.shirt for i in dressed]
    return {"thing": 100 * sum(thing) / len(thing), "shirt": 100 * sum(shirt) / len(shirt)}


def name_things(model: Clip, tokenizer: TextTokenizer, images: NJ) -> list[str]:
    """The names of the things in pictures, by the nearest caption of one, two, three or four of a thing."""
    numbers = range(1, MOST + 1)
    vectors = [
        encode_captions(model, tokenizer, [f"a picture of {counted(name, number)}" for name in LABELS])
        for number in numbers
    ]
    return [LABELS[number] for number in best_class(images, *vectors)]


def name_shirts(model: Clip, tokenizer: TextTokenizer, images: NJ, scenes: Sequence[Scene]) -> list[str | None]:
    """The colours of the shirts in pictures, by the nearest caption that names one; None where there is nobody."""
    captions = {
        kind: encode_captions(
            model, tokenizer, [f"{with_article(kind)} in {garment('shirt', paint)}" for paint in PAINTS]
        )
        for kind in KINDS
    }
    return [
        scene.person and PAINTS[int((captions[scene.person.kind] @ image).argmax())]
        for image, scene in zip(images, scenes, strict=True)
    ]
