"""Runs studies: arms x seeds, and the card that is kept of them."""

import inspect
import json
import math
import os
import platform
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import torch

from course_lib.errors import CourseError
from course_lib.files import write_json
from course_lib.runtime import seed_everything
from course_lib.workshop.studies.card import CARDS, Card, read_card, read_content
from course_lib.workshop.studies.digest import digest
from course_lib.workshop.studies.study import Numbers, Study

Track = Callable[[list], Iterable]  # such as `tqdm`


def run(study: Study, seeds: int, folder: Path = CARDS, track: Track = iter) -> Card:
    """Measure each arm with the seeds 0, 1, ..., and write the card after each.

    What a card already holds is not measured again, if the study is still the same.

    Args:
        seeds: how many.
        folder: for the cards.
        track: wraps the list of what is left to do, to show how far it is.

    Raises:
        CourseError: a package is missing; an arm measured nothing, or something else than plain numbers; the card
            can't be read, or written.
    """
    path = folder / f"{study.name}.json"
    content = begun(study, path)
    arms = content["arms"]
    left = [(arm, seed) for seed in range(seeds) for arm in study.arms if str(seed) not in arms[arm]["seeds"]]
    for arm, seed in track(left):
        started = time.monotonic()
        arms[arm]["seeds"][str(seed)] = measured(study, arm, seed)
        content["minutes"] = round(content["minutes"] + (time.monotonic() - started) / 60, 2)
        write_json(path, content)
    return Card(content)


def confirm(study: Study, arm: str, folder: Path = CARDS) -> Numbers:
    """Run one arm with one seed again, and mark the card as up to date if it measures what the card has.

    This is for a study whose code has changed in names only, so its other numbers stay the same. Its settings must be
    those of the card. Numbers that depend on the clock aren't compared (see `Study.timed`). The others must agree to
    five digits, because another processor rounds differently in the sixth; after a training, code that does anything
    else differs earlier.

    Returns:
        What was measured.

    Raises:
        CourseError: there is no such card or arm; a setting has changed; a number differs.
    """
    content, again = read_card(study.name, folder).content, f"run course study {study.name}"
    if settings_of(content) != settings_of(new_content(study)):
        raise CourseError(f"the settings of the study {study.name} are not those of its card; {again}")
    if arm not in content["arms"]:
        raise CourseError(f'the study {study.name} has no arm "{arm}": expected one of {", ".join(content["arms"])}')
    seed, stored = min(content["arms"][arm]["seeds"].items(), key=lambda run: int(run[0]))
    found = measured(study, arm, int(seed))
    for name in sorted((stored.keys() | found.keys()) - {*study.timed}):
        if not agree(stored.get(name), found.get(name)):
            raise CourseError(
                f'"{arm}" of the study {study.name} measures {name} = {found.get(name)} with seed {seed}, '
                f"but its card has {stored.get(name)}; {again}"
            )
    write_json(folder / f"{study.name}.json", content | {"digest": digest(study)})
    return found


def agree(stored: Any, found: Any) -> bool:
    """Return whether two numbers, or two curves of them, are equal to five digits."""
    if stored is None or found is None or isinstance(stored, list) != isinstance(found, list):
        return False
    if isinstance(stored, list):
        return len(stored) == len(found) and all(map(agree, stored, found))
    return math.isclose(stored, found, rel_tol=1e-5)


def settings_of(content: dict[str, Any]) -> Any:
    """The settings that a card names, as JSON keeps them."""
    changes = {arm: content["arms"][arm]["changes"] for arm in content["arms"]}
    return json.loads(json.dumps([content["recipe"], changes]))


def measured(study: Study, arm: str, seed: int, **settings: Any) -> Numbers:
    """The numbers of one arm with one seed; `settings` go before those of the arm.

    Raises:
        CourseError: a package is missing; or something else was measured than plain numbers.
    """
    if study.missing:
        raise CourseError(study.missing)
    seed_everything(seed)
    numbers = study.measure(seed=seed, **study.arms[arm] | settings)
    if not numbers or not all(is_plain(value) for value in numbers.values()):
        raise CourseError(f'"{arm}" of the study {study.name} should measure plain numbers, got {numbers}')
    return numbers


def is_plain(value: Any) -> bool:
    """Whether JSON keeps the value as it is: a number, or a curve of them."""
    points = value if isinstance(value, list) and value else [value]
    return all(isinstance(point, int | float) and abs(point) < float("inf") for point in points)


def begun(study: Study, path: Path) -> dict[str, Any]:
    """The card so far, or one that holds no number yet, where there is none or the study has changed."""
    new = new_content(study)
    held = read_content(path) if path.exists() else new
    return held if held["digest"] == new["digest"] else new


def new_content(study: Study) -> dict[str, Any]:
    """A card that holds no number yet."""
    return {
        "study": study.name,
        "question": study.question,
        "recipe": recipe(study),
        "arms": {arm: {"changes": as_json(changes), "seeds": {}} for arm, changes in study.arms.items()},
        "machine": {"processor": processor(), "torch": torch.__version__, "threads": torch.get_num_threads()},
        "minutes": 0.0,
        "digest": digest(study),
    }


def stale(studies: Iterable[Study], folder: Path = CARDS) -> Iterator[str]:
    """The names of the studies whose card is missing, or was made by another code, other data or another model."""
    for study in studies:
        path = folder / f"{study.name}.json"
        if not path.exists() or read_content(path)["digest"] != digest(study):
            yield study.name


def recipe(study: Study) -> dict[str, Any]:
    """The settings of an arm that changes none."""
    parameters = inspect.signature(study.measure).parameters
    return as_json({name: parameter.default for name, parameter in parameters.items() if name != "seed"})


def as_json(settings: dict[str, Any]) -> dict[str, Any]:
    """Settings as a card tells them: functions by their names."""
    plain = str, int, float, list, tuple, type(None)
    return {name: value if isinstance(value, plain) else told(value) for name, value in settings.items()}


def told(value: Any) -> str:
    """A function by its name, anything else as it prints."""
    return getattr(value, "__name__", str(value))


def processor() -> str:
    """What the machine calls its processor, and how many cores it has."""
    return f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores"
