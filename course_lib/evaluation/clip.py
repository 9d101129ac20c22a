"""The accuracy of a `Clip` model at retrieval and, in the little world, at the recognition of things and colors."""

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

GALLERY = 256  # the number of pictures, and of captions, that the model chooses from in retrieval


@dataclass(frozen=True)
class ClipScores:
    """The scores of a `Clip` model on a set of pictures.

    Each score is the percentage of cases in which the correct caption or picture is the most similar one.

    Attributes:
        pictures: the number of pictures.
        caption: retrieval of a picture's caption among the first 256 captions.
        picture: retrieval of a caption's picture among the first 256 pictures.
        thing: recognition of the thing in the picture. This score and those below exist only for the little world.
        colour: recognition of the thing's color.
        shirt: recognition of the shirt's color.
        swap: the choice between the full caption and the same caption with the colors of shirt and hat swapped.
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
    """Test how well a `Clip` model matches pictures and captions.

    Args:
        model: a `Clip`.
        tokenizer: the tokenizer of the model.
        processor: the image processor of the model.
        rows: pictures and captions from `load_captions`. Only the last caption of each picture is used.
        scenes: the scenes that the pictures show, if they are from the little world. In the group "combination", only
            things and shirts with held-out colors are scored. Default: compute only the retrieval scores.

    Returns:
        The scores by group: "all" and, if `rows` has a column `held_out`, one group per value of this column.
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
    """Compute the recall of retrieval among the pictures with the indices `members` and their captions."""
    said = [captions[i] for i in members]
    same = torch.tensor([[one == other for other in said] for one in said])
    return recall_at_1(images[members], texts[members], same)


def shares(
    scenes: Sequence[Scene], right: dict[str, list[bool | None]], members: Sequence[int], group: str
) -> dict[str, float | None]:
    """Compute the percentage of correct choices in a group for each score.

    Args:
        scenes: all scenes.
        right: for each score, whether the choice for each scene is correct, or None if the scene offers no choice.
        members: the indices of the scenes in the group.
        group: the name of the group. In "combination", only scenes with a held-out thing or shirt count.

    Returns:
        The percentage for each score, or None if no scene in the group counts.
    """
    found = {}
    for score, each in right.items():
        is_held_out = has_held_out_thing if score in ("thing", "colour") else has_held_out_shirt
        asked = [i for i in members if each[i] is not None and (group != "combination" or is_held_out(scenes[i]))]
        found[score] = 100 * sum(each[i] for i in asked) / len(asked) if asked else None
    return found


def name_things(model: Clip, tokenizer: TextTokenizer, images: NJ, scenes: Sequence[Scene]) -> list[bool]:
    """Return True for each picture whose most similar caption names the correct kind of thing.

    There is one caption for each kind and each number of things, such as "a picture of two dogs".
    """
    numbers = range(1, MOST + 1)
    vectors = [
        encode_captions(model, tokenizer, [f"a picture of {counted(name, number)}" for name in LABELS])
        for number in numbers
    ]
    named = best_class(images, *vectors)
    return [LABELS[number] == scene.noun for number, scene in zip(named, scenes, strict=True)]


def first_is_best(model: Clip, tokenizer: TextTokenizer, images: NJ, choices: Iterable[list[str]]) -> list[bool | None]:
    """Return True for each picture whose first caption is more similar to it than its other captions.

    Args:
        model: a `Clip`.
        tokenizer: the tokenizer of the model.
        images: the unit vectors of the pictures.
        choices: the captions to choose from for each picture, the correct one first.

    Returns:
        True or False for each picture, or None for a picture without captions.
    """
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
    """Return captions that name the thing in its true color, then in all other colors; none if it has no color."""
    if not scene.colour:
        return []
    others = [colour for colour in COLORS if colour != scene.colour]
    return [f"a picture of {counted(scene.noun, scene.count, colour)}" for colour in (scene.colour, *others)]


def colors_of_shirts(scene: Scene) -> list[str]:
    """Return captions that name the shirt in its true color, then in all other colors; none if there is no person."""
    if not scene.person:
        return []
    others = [paint for paint in PAINTS if paint != scene.person.shirt]
    return [wearing(replace(scene.person, shirt=paint), "shirt") for paint in (scene.person.shirt, *others)]


def swapped(scene: Scene) -> list[str]:
    """Return the full caption and a caption with the colors of shirt and hat swapped.

    The list is empty if the picture has no hat, or if both have the same color.
    """
    person = scene.person
    if not person or not person.hat or person.hat == person.shirt:
        return []
    text, wrong = full_caption(scene), replace(person, shirt=person.hat, hat=person.shirt)
    return [text, text.replace(dressed(person), dressed(wrong))]
