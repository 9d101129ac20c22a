"""What the studies of the model that sees share: pictures and what is asked about them, answers, a judge of answers."""

import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import NamedTuple

from torch import Tensor

from course_lib.data import ChatTemplate
from course_lib.data.picture_dialogues import DESCRIBE
from course_lib.evaluation import answer_turns, denies, look_at, premises_about, score_premises
from course_lib.evaluation.chat import Answer
from course_lib.generation import Sampler, likeliest
from course_lib.models import Vlm, load_model
from course_lib.shapes import Features
from course_lib.studies.study import Numbers
from course_lib.world.scenes import Scene, make_scenes
from course_lib.world.scenes.dialogues import SceneTurn, turns
from course_lib.world.scenes.drawing import render
from course_lib.world.scenes.truth import invented, named, shown

GROUPS = "known", "wording", "count", "slide"
WAYS = "as_asked", "otherwise", "goes_along"
CHOICE = 3
NO_SUCH = re.compile(r"\bno (\w+)")
Choice = Callable[[Tensor], Tensor]
Asked = Sequence[tuple[int, SceneTurn]]  # numbers of pictures, with what is asked about them
Ask = Callable[[Asked, Choice], list[Answer]]


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


def falsehoods(scene: Scene, asked: str, said: str) -> int:
    """What a judge who looks at the picture counts: what is said to be there and isn't, and a denial of what is there.

    Who answers without denying anything takes for granted what the question names; but not where it offers a choice of
    many ("Is it a man, a woman, a boy or a girl?").
    """
    taken = named(asked) if len(named(asked)) < CHOICE else set()
    denied = taken if said == "None." else named(" ".join(NO_SUCH.findall(said.lower())))
    claimed = (named(said) | (set() if denies(said) else taken)) - denied
    return len(claimed - shown(scene)) + (bool(denied) and denied <= shown(scene))


def tried(count: int, seed: int, scenes: Sequence[Scene], ask: Ask, asked: Asked) -> list[list[Answer]]:
    """So many answers to each question, drawn at temperature 1; those with the fewest falsehoods come first."""
    drawn = [ask(asked, Sampler(seed=count * seed + number)) for number in range(count)]
    return [
        sorted(answers, key=lambda given: falsehoods(scenes[number], turn.user, given.text))
        for (number, turn), answers in zip(asked, zip(*drawn, strict=True), strict=True)
    ]


def best_of(count: int, seed: int, scenes: Sequence[Scene], ask: Ask) -> Ask:
    """Like `ask`, but a judge chooses one of so many answers."""
    return lambda asked, _: [answers[0] for answers in tried(count, seed, scenes, ask, asked)]


def describing(count: int) -> Asked:
    """The wish for a description of each picture."""
    return [(number, SceneTurn(DESCRIBE, "", "description", "normal")) for number in range(count)]


def scored(scenes: Sequence[Scene], ask: Ask, seed: int) -> Numbers:
    """Percents: what is done with false premises, by group; of exact answers; of descriptions that invent, T = 1."""
    premises = premises_about(scenes)
    scores = score_premises(premises, ask([(number, turn) for number, _, turn in premises], likeliest))
    exam = [(number, turn) for number, scene in enumerate(scenes) for turn in turns(scene)]
    exact = [given.text == turn.assistant for given, (_, turn) in zip(ask(exam, likeliest), exam, strict=True)]
    told = ask(describing(len(scenes)), Sampler(seed=seed))
    wrong = [bool(invented(scene, given.text)) for scene, given in zip(scenes, told, strict=True)]
    premised = {f"{group} {way}": getattr(scores[group], way) for group in GROUPS for way in WAYS}
    return premised | {"exact": 100 * sum(exact) / len(exact), "invents": 100 * sum(wrong) / len(wrong)}
