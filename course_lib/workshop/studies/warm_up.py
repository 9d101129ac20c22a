"""Does a deep post-norm stack need a warm-up, or only a smaller learning rate?

16 layers are asked who is two steps ahead in a ring. A warm-up lets the learning rate rise, update by update.
"""

from course_lib.workshop.studies.depth import make_stack, train
from course_lib.workshop.studies.study import Numbers, Study


def measure(
    seed: int = 0,
    rate: float = 0.01,
    warm_up: int = 1,
    num_layers: int = 16,
    updates: int = 100,
) -> Numbers:
    """The percent of right answers after the training."""
    return {"right": train(make_stack(num_layers), updates, rate, warm_up)}


STUDY = Study(
    measure=measure,
    arms={
        "0.01": {},
        "warm-up to 0.01": {"warm_up": 50},
        "0.005": {"rate": 0.005},
        "0.003": {"rate": 0.003},
    },
    toy={"num_layers": 2, "updates": 1},
)
