"""Is T5 still ahead of Gpt if both are fine-tuned on three times as many questions?

The models are those of the study `architectures`, which fine-tunes them for 400 steps.
"""

from course_lib.data import load_stories
from course_lib.workshop.studies import architectures
from course_lib.workshop.studies.study import Numbers, Study


def measure(seed: int = 0, way: str = "Gpt", steps: int = 800, tuned: int = 1200, count: int = 20_000) -> Numbers:
    """The percents of answers that are exactly right, all and by kind of question."""
    numbers = architectures.measure(seed, way, steps, tuned, count)
    return {name: value for name, value in numbers.items() if name.startswith("exact")}


STUDY = Study(
    measure=measure,
    arms={way: {"way": way} for way in ("Gpt", "T5")},
    loaders=(load_stories,),
    toy={"steps": 2, "tuned": 2, "count": 400},
)
