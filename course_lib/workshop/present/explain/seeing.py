"""What a page knows of a model that sees: how pictures become numbers, scenes to look at, and questions."""

from collections.abc import Iterator
from dataclasses import asdict
from itertools import islice
from typing import Any

from course_lib.data import ChatTemplate, ImageProcessor, Tokenizer
from course_lib.errors import CourseError
from course_lib.models import Vlm
from course_lib.world.scenes import Scene, make_scenes
from course_lib.world.scenes.art import drawing
from course_lib.world.scenes.cast import DRAWABLES, KINDS, PAINTS, PLACES
from course_lib.world.scenes.drawing import HAIRS, HUES, SKINS
from course_lib.world.scenes.questions import FORMS
from course_lib.world.scenes.wordings import WORDINGS

SCENES = 12  # to choose from


def of_pictures(model: Vlm, tokenizer: Tokenizer, processor: ImageProcessor) -> dict[str, Any]:
    """What the page needs for pictures.

    Raises:
        CourseError: the tokenizer knows no roles, or its placeholder for pictures isn't the model's; the tower has no
            such layer as the connector reads.
    """
    template = ChatTemplate(tokenizer, model.config.num_visual_tokens)
    check_meeting(model, template)
    return {
        "num_visual_tokens": template.num_visual_tokens,
        "processor": {"scale": processor.scale, "mean": processor.mean, "std": processor.std},
        "scenes": [asdict(scene) for scene in chosen_scenes()],
        "art": art(),
        "forms": FORMS,
    }


def check_meeting(model: Vlm, template: ChatTemplate) -> None:
    """Raise a CourseError unless text, tower and language model meet where the config says."""
    config = model.config
    if template.image_id != config.image_id:
        raise CourseError(f"image_id is {config.image_id}, but the tokenizer's placeholder is {template.image_id}")
    states = config.vision.num_layers + 1
    if not -states <= config.vision_layer < states:
        raise CourseError(f"vision_layer must be {-states} to {states - 1}, got {config.vision_layer}")


def chosen_scenes() -> list[Scene]:
    """The slide's man in a yellow shirt, and others that training never showed."""
    return list(islice(slide_first(make_scenes("test")), SCENES))


def slide_first(scenes: list[Scene]) -> Iterator[Scene]:
    """The scenes, from the first on that shows the slide's man."""
    man = next(s for s in scenes if s.person and (s.person.kind, s.person.shirt) == ("man", "yellow"))
    yield man
    yield from (scene for scene in scenes if scene is not man)


def art() -> dict[str, Any]:
    """The drawings, the colors, and what may be in a scene."""
    things = {name: asdict(thing) for name, thing in DRAWABLES.items()}
    return {
        "drawings": {name: asdict(drawing(name)) for name in (*DRAWABLES, *KINDS, *PLACES)},
        "hues": HUES,
        "hairs": HAIRS,
        "skins": SKINS,
        "things": things,
        "kinds": KINDS,
        "paints": PAINTS,
        "places": PLACES,
        "wordings": {topic: ways.known[0] for topic, ways in WORDINGS.items()},
    }
