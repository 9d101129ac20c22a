"""Does a memory recall more pairs after a longer training, or with longer keys?

The decoders and what they recall are those of the study `alternatives`, which trains them for 300 steps.
"""

from dataclasses import replace

from course_lib.workshop.studies.alternatives import DELTA, MIXERS, OWNERS, THINGS, new_decoder, recall
from course_lib.workshop.studies.study import Numbers, Study

KINDS = MIXERS | {"longer delta": (replace(DELTA, d_key=32),) * 2}


def measure(
    seed: int = 0, kind: str = "attention", d_ff: int = 64, d_head: int | None = None, steps: int = 1200
) -> Numbers:
    """Percents of right owners, of 4, 8, 16 and 32 pairs; longer keys bring more parameters."""
    model = new_decoder(THINGS + OWNERS + 1, d_ff, mixers=KINDS[kind], d_head=d_head)
    return {"recall": recall(model, steps, weight=0.0)}


STUDY = Study(
    measure=measure,
    arms={
        "attention, 1,200 steps": {},
        "linear, 1,200 steps": {"kind": "linear"},
        "linear, keys of 32, 300 steps": {"kind": "linear", "d_head": 32, "steps": 300},
        "linear, keys of 32, 1,200 steps": {"kind": "linear", "d_head": 32},
        "delta, 1,200 steps": {"kind": "delta", "d_ff": 48},
        "delta, keys of 32, 300 steps": {"kind": "longer delta", "d_ff": 48, "steps": 300},
        "delta, keys of 32, 1,200 steps": {"kind": "longer delta", "d_ff": 48},
        "hybrid, 1,200 steps": {"kind": "hybrid", "d_ff": 56},
    },
    toy={"steps": 4},
)
