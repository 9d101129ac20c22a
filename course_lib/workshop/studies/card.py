"""What came out of a study, as it is stored in data/studies: arms x seeds x numbers."""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from course_lib.errors import CourseError
from course_lib.files import read_json
from course_lib.runtime import REPOSITORY

CARDS = REPOSITORY / "data" / "studies"
ITEM = re.compile(r"(?P<name>.*)\[(?P<index>-?\d+)\]")


@dataclass(frozen=True)
class Card:
    """A card: `content` is its JSON."""

    content: dict[str, Any]

    @property
    def arms(self) -> list[str]:
        """The names of its arms."""
        return list(self.content["arms"])

    @property
    def seeds(self) -> int:
        """How many seeds each arm has, at least."""
        return min(len(arm["seeds"]) for arm in self.content["arms"].values())

    def values(self, number: str) -> dict[str, np.ndarray]:
        """For each arm that has it the number, seed by seed, as `show_bars` draws it; of curves, as `show_curves` does.

        "NAME[-1]" is the last point of the curve NAME.

        Raises:
            CourseError: no arm has measured that.
        """
        values = {arm: np.array(list(self._of(arm, number))) for arm in self.arms}
        values = {arm: array for arm, array in values.items() if array.size}
        if not values:
            raise CourseError(f'no arm of the study measured "{number}"; there are {", ".join(self._numbers())}')
        return values

    def _of(self, arm, number) -> Iterator[float | list[float]]:
        item = ITEM.fullmatch(number)
        for numbers in self.content["arms"][arm]["seeds"].values():
            if item and item["name"] in numbers:
                with suppress(IndexError, TypeError):  # a shorter curve, or none
                    yield numbers[item["name"]][int(item["index"])]
            elif number in numbers:
                yield numbers[number]

    def _numbers(self):
        return dict.fromkeys(
            name for arm in self.content["arms"].values() for numbers in arm["seeds"].values() for name in numbers
        )


def read_card(name: str, folder: Path = CARDS) -> Card:
    """The card of the study with this name. Raises CourseError where there is none."""
    if not (folder / f"{name}.json").exists():
        known = ", ".join(sorted(path.stem for path in folder.glob("*.json"))) or "none"
        raise CourseError(f'no card of a study "{name}" in {folder}; there are: {known}')
    return Card(read_content(folder / f"{name}.json"))


def read_content(path: Path) -> dict[str, Any]:
    """The JSON of a card. Raises CourseError where the file is damaged, or something else."""
    content = read_json(path)
    if not is_content(content):
        raise CourseError(f"{path} is not what course study writes; delete it, and run the study again")
    return content


def is_content(content: object) -> bool:
    """Whether something has the layout of a card."""
    kinds = {"arms": dict, "digest": str, "minutes": int | float}
    if not isinstance(content, dict) or not all(isinstance(content.get(key), kind) for key, kind in kinds.items()):
        return False
    seeds = [arm.get("seeds") if isinstance(arm, dict) else None for arm in content["arms"].values()]
    return all(isinstance(runs, dict) and all(isinstance(run, dict) for run in runs.values()) for runs in seeds)
