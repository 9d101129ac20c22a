"""What the studies of the model that sees share: the model, pictures, and how it is asked about them."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import NamedTuple

from torch import Tensor

from course_lib.data import ChatTemplate
from course_lib.evaluation import answer_turns, look_at
from course_lib.evaluation.chat import Answer
from course_lib.models import Vlm, load_model
from course_lib.shapes import Features
from course_lib.world.scenes import Scene, make_scenes
from course_lib.world.scenes.dialogues import SceneTurn
from course_lib.world.scenes.drawing import render

Asked = Sequence[tuple[int, SceneTurn]]  # numbers of pictures, with what is asked about them
Ask = Callable[[Asked, Callable[[Tensor], Tensor]], list[Answer]]  # given how a token is chosen


class Looked(NamedTuple):
    """Scenes, and what the tower makes of their pictures."""

    scenes: list[Scene]
    features: Features


@cache
def shipped() -> tuple[Vlm, ChatTemplate]:
    """The model that sees, without its tower's part in learning, and the template of its conversations."""
    model, tokenizer, _ = load_model("vlm")
    return model.train_only("connector", "text"), ChatTemplate(tokenizer, model.config.num_visual_tokens)


@cache
def looked(split: str, count: int) -> Looked:
    """The first pictures of a split."""
    scenes = make_scenes(split, count)
    return Looked(scenes, look_at([render(scene) for scene in scenes], shipped()[0], load_model("vlm")[2]))


def asks(model: Vlm, pictures: Looked) -> Ask:
    """What asks a model about these pictures."""
    return lambda asked, choose: answer_turns(asked, pictures.features, model, shipped()[1], choose)
