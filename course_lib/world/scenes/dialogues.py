"""Dialogues about scenes: several turns about each, of different kinds and in many phrasings and forms."""

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
HELD_OUT_WORDINGS = 0.3  # the share of held-out phrasings in held-out scenes


@dataclass(frozen=True)
class SceneTurn:
    """A question about a picture and its answer, with the kind and the form of the question.

    `held_out` names what is held out from training: "thing" or "shirt" (in this color), "wording", both ("thing and
    wording"), or "" for nothing.
    """

    user: str
    assistant: str
    kind: str
    form: str
    held_out: str = ""


def make_scene_dialogues(split: str = "train") -> list[tuple[Scene, tuple[SceneTurn, ...]]]:
    """Return pairs (scene, turns) for a split.

    Raises:
        CourseError: the split does not exist.
    """
    return [(scene, turns(scene)) for scene in make_scenes(split)]


def turns(scene: Scene) -> tuple[SceneTurn, ...]:
    """Return four turns about a scene, or fewer if there are fewer kinds of questions, each of another kind.

    Held-out phrasings are used only for held-out scenes.
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
    """Return the `SceneTurn` of a question in a random form and phrasing.

    Args:
        rng: the random number generator.
        question: the question.
        held_out_wording: True to use a held-out phrasing.
        order: a function that reorders the words of the question. Default: no change.
    """
    form, way = rng.pick(tuple(FORMS)), rng.pick(question.ways(held_out_wording))
    text = " ".join(order(fill(way, question.words).split()))
    held_out = " and ".join(filter(None, (question.held_out, "wording" if held_out_wording else "")))
    return SceneTurn(**question.turn(form, text), kind=question.kind, form=form, held_out=held_out)


def practice(scene: Scene, shirts: int = 0, others: int = 0, jumbled: float = 0) -> tuple[SceneTurn, ...]:
    """Return turns about the hardest topics of a scene: the presence of things and people, shirts, and hat colors.

    The answer to a yes/no question is yes with probability ½, independently of the other answers.

    Args:
        scene: the scene.
        shirts: the number of yes/no questions about the shirt of the person, if there is one.
        others: the number of other questions.
        jumbled: the share of questions whose words are shuffled. The answers don't depend on the order of the words,
            and a model that ignores the order understands more new phrasings.
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
