"""What a study is: a question that takes more than a lesson's minute, asked with controls and several seeds."""

import sys
from collections.abc import Callable, Sized
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Any

Numbers = dict[str, float | list[float]]  # what is measured; a list is a curve


@dataclass(frozen=True, kw_only=True)
class Study:
    """One file of this room, as data. The first line of the file is the question.

    Args:
        measure: a function of `seed` and of settings, all with defaults, that returns numbers: percents as 0 to 100,
            curves as lists. The random numbers of Python and torch are seeded before it is called.
        arms: what is compared: by its name, the settings that an arm changes. A control changes one.
        loaders: the functions that load the data, such as `load_stories`.
        models: the names of the models that it starts from: shipped ones, and those that `course fetch` brings.
        timed: the numbers that depend on the speed of the machine, so that they differ from run to run.
        packages: what it needs beside the course's own, by the names that pip knows.
        toy: the settings, whatever the arm, of a run that is over at once, for the tests.
    """

    measure: Callable[..., Numbers]
    arms: dict[str, dict[str, Any]]
    loaders: tuple[Callable[..., Sized], ...] = ()
    models: tuple[str, ...] = ()
    timed: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    toy: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The name of its file."""
        return self.measure.__module__.rpartition(".")[2]

    @property
    def question(self) -> str:
        """The first line of its file."""
        return sys.modules[self.measure.__module__].__doc__.strip().partition("\n")[0]

    @property
    def missing(self) -> str:
        """What to do about those of its packages that aren't installed; "" where there are none."""
        absent = [name for name in self.packages if find_spec(name.replace("-", "_")) is None]
        return f"the study {self.name} needs more than the course: pip install {' '.join(absent)}" if absent else ""
