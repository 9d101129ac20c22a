"""Generate dialogues about scenes: several questions about each, of different kinds and in many phrasings."""

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
THINGS = 2  # the number of yes/no questions about things in `practice`
HELD_OUT_WORDINGS = 0.3  # the share of held-out phrasings in held-out scenes


@dataclass(frozen=True)
class SceneTurn:
    """A question about a picture and its answer, with the kind and the form of the question.

    `held_out` is "thing" or "shirt" if its color is held out from training, "wording" if the phrasing is held out,
    "thing and wording" or "shirt and wording" if both are, and otherwise "".
    """

    user: str
    assistant: str
    kind: str
    form: str
    held_out: str = ""


def make_scene_dialogues(split: str = "train") -> list[tuple[Scene, tuple[SceneTurn, ...]]]:
    """Generate the scenes of a split, each with the turns of a dialogue about it.

    Raises:
        CourseError: the split does not exist.
    """
    return [(scene, turns(scene)) for scene in make_scenes(split)]


def turns(scene: Scene) -> tuple[SceneTurn, ...]:
    """Return up to four turns about a scene, each with a different kind of question.

    There are fewer turns if the scene allows fewer kinds of questions. Held-out phrasings are used only for held-out
    scenes.
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
    """Convert a question into a `SceneTurn` with a random form and phrasing.

    Args:
        rng: the random number generator.
        question: the question.
        held_out_wording: True to use a held-out phrasing.
        order: a function that changes the order of the words in the question. Default: no change.
    """
    form, way = rng.pick(tuple(FORMS)), rng.pick(question.ways(held_out_wording))
    text = " ".join(order(fill(way, question.words).split()))
    held_out = " and ".join(filter(None, (question.held_out, "wording" if held_out_wording else "")))
    return SceneTurn(**question.turn(form, text), kind=question.kind, form=form, held_out=held_out)


def practice(scene: Scene, shirts: int = 0, others: int = 0, jumbled: float = 0) -> tuple[SceneTurn, ...]:
    """Return turns for extra practice of the hardest topics: the presence of things and people, shirts, and hats.

    The answer to each yes/no question is yes with probability ½, independently of the other answers.

    Args:
        scene: the scene.
        shirts: the number of yes/no questions about the shirt, if there is a person.
        others: the number of additional questions about any topic.
        jumbled: the share of questions whose words are shuffled. The answers don't depend on the word order, and a
            model that ignores the word order can understand more new phrasings.
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
