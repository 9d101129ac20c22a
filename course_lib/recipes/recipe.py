"""What a recipe is: all choices of a training, from its data to its scores, in one object."""

from collections.abc import Sized
from dataclasses import asdict, dataclass, field, fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import torch

from course_lib.convert import open_checkpoint
from course_lib.convert.artefacts import ARTEFACTS
from course_lib.data import Batches
from course_lib.errors import CourseError
from course_lib.generation import Rollouts
from course_lib.models import load_model
from course_lib.training import Plan

Kit = tuple[Any, ...]  # the model that learns, and what it takes to prepare its input and to judge it
Scores = dict[str, dict[str, float]]  # by group: "all" and others


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How a model of the course is made and scored; `run` makes it, `score` scores it.

    Settings are fields, steps are methods. A recipe is a subclass with fields of its own and with the steps `load`,
    `build`, `batches` and `evaluate`; the others have a meaning already. What the steps hand on is the kit: a tuple of
    the model that learns, and whatever else is needed to prepare its input and to judge it.

    Args:
        name: of the recipe, and of the shipped model that it made.
        about: what the model is, in a few words.
        items: what it learns from, in the plural.
        plan: of the training.
        watched: those of the scores that the log shows.
        starts_from: the models that it begins with: shipped ones, and those that `course fetch` brings.
        earlier: the stages before this one: recipes whose plans and data train the same kit, one after the other.
        elsewhere: the fields that have other values on other data than the little world's.
        dtype: of the weights on disk; the card is about the model that has these.
    """

    name: str
    about: str
    items: str
    plan: Plan
    watched: tuple[str, ...] = ()
    starts_from: tuple[str, ...] = ()
    earlier: tuple["Recipe", ...] = ()
    elsewhere: dict = field(default_factory=dict)
    dtype: torch.dtype = torch.float32

    objective = None  # a function from (model, batch) to a `TokenLoss`: each recipe has its own

    def load(self, source: Path | str, split: str) -> Sized:
        """The rows of a split of `source`: a `Dataset`."""
        raise NotImplementedError

    def build(self, rows: Sized, *starts: tuple) -> Kit:
        """The kit before the training, from its rows and what `load_model` gives for each of `starts_from`.

        Random numbers were seeded before.
        """
        raise NotImplementedError

    def batches(self, rows: Sized, *kit: Any, seed: int) -> Batches | Rollouts:
        """The batches of the training, for the `Trainer`."""
        raise NotImplementedError

    def evaluate(self, exam: Any, *kit: Any) -> Scores:
        """The scores by group: "all" and others, each a dict of plain numbers."""
        raise NotImplementedError

    def further(self, exam: Any, *kit: Any) -> dict[str, Scores]:
        """What the scores are to be compared with: other scores by group, by what they are scores of."""
        return {}

    def fitting(self, rows: Sized, *kit: Any) -> tuple[Sized, int]:
        """The rows that the model can read, and how many others there are."""
        return rows, 0

    def exam(self, source: Path | str, split: str, *kit: Any) -> tuple[Any, int]:
        """What `evaluate` asks, of a split of `source`; and how many rows are left out."""
        return self.readable(self.load(source, split), *kit)

    def sample(self, exam: Any) -> Any:
        """The part of the exam that is asked for the log."""
        return exam

    def watch(self, sample: Any, *kit: Any) -> dict[str, float]:
        """The numbers that the log shows."""
        scores = self.evaluate(sample, *kit)["all"]
        return {name: scores[name] for name in self.watched}

    def product(self, *kit: Any) -> Kit:
        """What is written of the kit: the arguments of `save_model`, but for the folder."""
        return kit

    def restore(self, folder: Path | str) -> Kit:
        """The kit again, with the model that was written to `folder`."""
        return load_model(folder)

    def facts(self, rows: Sized, *kit: Any) -> dict[str, int]:
        """What the card says of the data, beside the number of rows."""
        return {}

    def readable(self, rows: Sized, *kit: Any) -> tuple[Sized, int]:
        """What `fitting` gives. Raises CourseError where the model can read none of the rows."""
        kept, left_out = self.fitting(rows, *kit)
        if not len(kept):
            raise CourseError(f"none of {len(rows)} {self.items} fits into the model's context")
        return kept, left_out

    def on(self, source: Path | str) -> "Recipe":
        """The recipe for a source: the little world, or any other."""
        if source == "world":
            return self
        return replace(self, **self.elsewhere, earlier=tuple(stage.on(source) for stage in self.earlier))

    def planned(self, minutes: float | None = None, seed: int = 0) -> "Recipe":
        """The recipe with this seed, and with a budget in minutes if given, shared equally by all stages."""
        share = {} if minutes is None else {"minutes": minutes / (len(self.earlier) + 1), "steps": None}
        stages = [replace(stage, plan=replace(stage.plan, seed=seed, **share)) for stage in (*self.earlier, self)]
        return replace(stages.pop(), earlier=tuple(stages))

    def settings(self) -> dict[str, Any]:
        """The fields that no other recipe has, as plain values."""
        common = {each.name for each in fields(Recipe)}
        own = {each.name: getattr(self, each.name) for each in fields(self) if each.name not in common}
        return {name: asdict(value) if is_dataclass(value) else value for name, value in own.items()}


def load_start(name: Path | str) -> tuple:
    """What a recipe begins with: a model of ours (see `load_model`), or an `Llm` of others and its tokenizer.

    Raises:
        CourseError: it is not here, or can't be used; of what `course fetch` brings, the message says so.
    """
    if name in ARTEFACTS or Path(name).suffix == ".gguf":
        checkpoint = open_checkpoint(name)
        return checkpoint.model(), checkpoint.tokenizer()
    return load_model(name)


def plain(scores: dict[str, Any]) -> Scores:
    """Scores by group as plain numbers; what isn't known is left out."""
    return {
        group: {name: number for name, number in asdict(each).items() if number is not None}
        for group, each in scores.items()
    }
