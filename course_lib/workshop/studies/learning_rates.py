"""Which learning rate is best for a translator, and is it the same after a training that is three times as long?"""

import torch

from course_lib.data import load_translations
from course_lib.objectives import TeacherForcing
from course_lib.workshop.studies.study import Numbers, Study
from course_lib.workshop.studies.translating import evaluation_set, trained


def measure(seed: int = 0, rate: float = 0.003, trainings: tuple[int, ...] = (40, 120), d_ff: int = 256) -> Numbers:
    """The loss on 300 held-out pairs, in nats per token, after trainings of so many steps, each from new weights."""
    losses = []
    for steps in trainings:
        model = trained(steps, rate, seed, d_ff=d_ff)
        with torch.no_grad():
            losses.append(float(TeacherForcing()(model, evaluation_set(300)).mean))
    return {"loss": losses}


STUDY = Study(
    measure=measure,
    arms={f"{rate:g}": {"rate": rate} for rate in (3e-4, 1e-3, 3e-3, 1e-2, 3e-2)},
    loaders=(load_translations,),
    toy={"trainings": (1, 2), "d_ff": 8},
)
