"""Talk about scenes: some turns about each, of different kinds, worded in many ways and asked in different forms."""

from collections.abc import Callable
from dataclasses import dataclass

from course_lib.world.rng import Rng
from course_lib.world.scenes.questions import (
    FORMS,
    Question,
    absent_people,
    absent_things,
    other_shirts,
    presence,
    questions,
    wearing,
)
from course_lib.world.scenes.scene import Scene, make_scenes
from course_lib.world.scenes.wordings import fill
from course_lib.world.splits import digest

TURNS = 4
THINGS = 2  # yes/no questions about things in `practice`
HELD_OUT_WORDINGS = 0.3  # the share of held-out questions that are asked in a wording that training holds out


@dataclass(frozen=True)
class SceneTurn:
    """What is asked about a picture and answered, the kind of question, and the form in which it is asked.

    `held_out` says what of it training never shows: "thing" or "shirt" (in this color), "wording", both ("thing and
    wording"), or "" for nothing.
    """

    user: str
    assistant: str
    kind: str
    form: str
    held_out: str = ""


def make_scene_dialogues(split: str = "train") -> list[tuple[Scene, tuple[SceneTurn, ...]]]:
    """A list of pairs (scene, its turns) for a split. Raises CourseError for another split."""
    return [(scene, turns(scene)) for scene in make_scenes(split)]


def turns(scene: Scene) -> tuple[SceneTurn, ...]:
    """Four turns about a scene, or as many as there are kinds of questions, each of another kind.

    Only of scenes that are held out, some are asked in held-out wordings.
    """
    rng = Rng(digest(f"turns {scene!r}"))
    by_kind = {}
    for question in questions(scene):
        by_kind.setdefault(question.kind, []).append(question)
    chosen = [rng.pick(by_kind[kind]) for kind in rng.shuffled(list(by_kind))[:TURNS]]
    return tuple(
        make_turn(rng, question, held_out_wording=scene.held_out != "" and rng.chance(HELD_OUT_WORDINGS))
        for question in chosen
    )


def make_turn(
    rng: Rng, question: Question, held_out_wording: bool = False, order: Callable[[list[str]], list[str]] = list
) -> SceneTurn:
    """The SceneTurn of a question in one of the forms, in one of its wordings: known ones, or `held_out_wording` ones.

    `order` puts the words of the wording in an order.
    """
    form, way = rng.pick(tuple(FORMS)), rng.pick(question.ways(held_out_wording))
    text = " ".join(order(fill(way, question.words).split()))
    held_out = " and ".join(filter(None, (question.held_out, "wording" if held_out_wording else "")))
    return SceneTurn(**question.turn(form, text), kind=question.kind, form=form, held_out=held_out)


def practice(scene: Scene, shirts: int = 0, others: int = 0, jumbled: float = 0) -> tuple[SceneTurn, ...]:
    """Turns about a scene on what is hardest: whether something is there or worn, and the color of hats.

    A yes/no question is answered by yes at even odds, whatever the answers to the others are.

    Args:
        shirts: how many of the yes/no questions are about the shirt of a person, if there is one.
        others: how many of all the other questions are asked, too.
        jumbled: the share of questions whose words stand in any order. No answer depends on it, and who listens to the
            words wherever they stand understands more wordings that are new.
    """
    rng, more = Rng(digest(f"practice {scene!r}")), Rng(digest(f"more practice {scene!r}"))
    asked = [presence(scene, rng.pick((scene.noun, rng.pick(absent_things(scene))))) for _ in range(THINGS)]
    if scene.person:
        person = scene.person
        asked.append(presence(scene, rng.pick((person.kind, rng.pick(absent_people(scene))))))
        asked += [wearing(person, rng.pick((person.shirt, rng.pick(other_shirts(person))))) for _ in range(shirts)]
        asked += [question for question in questions(scene) if question.words.get("worn") == "hat"]
    asked += more.shuffled(questions(scene))[:others]
    orders = (more.shuffled if more.chance(jumbled) else list for _ in asked)
    return tuple(
        make_turn(rng, question, order=order) for question, order in zip(rng.shuffled(asked), orders, strict=True)
    )
