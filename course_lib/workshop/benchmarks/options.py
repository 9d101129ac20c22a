"""Which benchmarks there are, and what they may be told."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType

from course_lib.errors import CourseError

NAMES = (
    "throughput",
    "decoding",
    "peak",
    "training",
    "characters",
    "writing",
    "smollm2",
    "serving",
    "window",
    "decoder",
    "vit",
    "clip",
    "pictures",
)


@dataclass(frozen=True)
class Options:
    """What a benchmark may be told.

    `source` is the data to train on, `text` what is learned by its characters, `model` the one that translates;
    `minutes` is the length of each full training, every other measurement takes `rounds` of some `seconds`.
    """

    source: str = "world"
    text: str = "world"
    model: str = "translator"
    minutes: float = 2.0
    rounds: int = 5
    seconds: float = 2.5


def find_benchmarks(names: Sequence[str] = ()) -> dict[str, ModuleType]:
    """The modules of the benchmarks `names` (default: of all), by name. Raises CourseError for an unknown one."""
    unknown = [name for name in names if name not in NAMES]
    if unknown:
        raise CourseError(f'no benchmark "{unknown[0]}": expected one of {", ".join(NAMES)}')
    return {name: import_module(f"course_lib.workshop.benchmarks.{name}") for name in names or NAMES}
