"""Can the connector alone learn to answer questions, in front of a language model that stays as it is?

The questions, the exam and the number of steps are those of the arm "stage 2 alone, as long as both" of the study
`stages`, in which the language model learns as well.
"""

from course_lib.data import load_captions
from course_lib.evaluation import evaluate_vlm
from course_lib.workshop.studies.seeing import asked, learned, newborn, seen_by, teach
from course_lib.workshop.studies.stages import CONNECTOR, counted
from course_lib.workshop.studies.study import Numbers, Study


def measure(seed: int = 0, rate: float = 2e-3, steps: int = 120, pictures: int = 1200, examined: int = 100) -> Numbers:
    """Percents of exact answers."""
    model, template = newborn()
    scenes, pixels = learned(pictures)
    teach(model, template, seen_by(model, pixels), counted(scenes), CONNECTOR, steps, rate, seed)
    scenes, pixels = asked(examined)
    return {"exact": evaluate_vlm(model, template, seen_by(model, pixels), counted(scenes))["all"].exact}


STUDY = Study(
    measure=measure,
    arms={"connector alone": {}, "connector alone, rate 0.01": {"rate": 1e-2}},
    loaders=(load_captions,),
    models=("clip", "chat"),
    toy={"steps": 1, "pictures": 4, "examined": 3},
)
