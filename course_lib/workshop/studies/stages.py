"""Does it help to train the connector alone, on captions, before the language model learns to answer as well?

Questions how many things there are, answered in sentences; the exam has pictures with held-out combinations. Arms have
as many steps in all, or as many of the second stage. The shipped connector has had 300 larger steps of the first.
"""

from collections import Counter, defaultdict

from course_lib.data import load_captions
from course_lib.evaluation import evaluate_vlm
from course_lib.models import load_model
from course_lib.workshop.studies.harness import percent
from course_lib.workshop.studies.seeing import Texts, asked, described, learned, newborn, seen_by, teach
from course_lib.workshop.studies.study import Numbers, Study
from course_lib.world.scenes.questions import questions
from course_lib.world.scenes.scene import Scene

CONNECTOR, BOTH = ["connector"], ["connector", "text"]


def measure(
    seed: int = 0, first: int = 0, second: int = 60, shipped: bool = False, pictures: int = 1200, examined: int = 100
) -> Numbers:
    """Percents of exact answers, and of those who answer without looking.

    `first` and `second` are steps of the stages; `shipped`: the connector is that of `data/models`.
    """
    model, template = newborn()
    if shipped:
        model.connector.load_state_dict(load_model("connector")[0].state_dict())
    scenes, pixels = learned(pictures)
    seen, heard = seen_by(model, pixels), counted(scenes)
    if first:
        teach(model, template, seen, described(scenes), CONNECTOR, first, 3e-3, seed)
    teach(model, template, seen, heard, BOTH, second, 2e-3, seed)
    scenes, pixels = asked(examined)
    evaluation_set = counted(scenes)
    exact = evaluate_vlm(model, template, seen_by(model, pixels), evaluation_set)["all"].exact
    return {"exact": exact, "without looking": guessed(heard, evaluation_set)}


def counted(scenes: list[Scene]) -> Texts:
    """Of each scene the question how many things there are, with its answer."""
    return [[q.turn("normal") for q in questions(scene) if q.kind == "count"] for scene in scenes]


def guessed(heard: Texts, evaluation_set: Texts) -> float:
    """Percents that are right where each question gets the answer that was heard most often."""
    answers = defaultdict(Counter)
    for text in (text for texts in heard for text in texts):
        answers[text["user"]][text["assistant"]] += 1
    right = [answers[t["user"]].most_common(1)[:1] for texts in evaluation_set for t in texts]
    told = [t["assistant"] for texts in evaluation_set for t in texts]
    return percent(bool(best) and best[0][0] == true for best, true in zip(right, told, strict=True))


STUDY = Study(
    measure=measure,
    arms={
        "stage 2 alone": {},
        "stage 1, then 2": {"first": 60},
        "stage 2 alone, as long as both": {"second": 120},
        "stage 1 as shipped, then 2": {"shipped": True},
    },
    loaders=(load_captions,),
    models=("clip", "chat", "connector"),
    toy={"first": 1, "second": 1, "pictures": 4, "examined": 3},
)
