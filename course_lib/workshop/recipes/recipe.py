"""What a recipe is: all choices of a training, from its data to its scores, in one object."""

from collections.abc import Sized
from dataclasses import asdict, dataclass, field, fields, is_dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

import torch

from course_lib.data import ImageProcessor, MetWords, TextTokenizer
from course_lib.data.batches import BatchSource
from course_lib.errors import CourseError
from course_lib.models import Scorer, load_model
from course_lib.models.base import Model
from course_lib.models.store import Preparer
from course_lib.objectives import Objective
from course_lib.training import Plan
from course_lib.workshop.convert import open_checkpoint
from course_lib.workshop.convert.artifacts import ARTIFACTS

if TYPE_CHECKING:  # slow to import, and whoever has rows has it already
    import datasets
    from _typeshed import DataclassInstance

Rows = TypeVar("Rows", bound=Sized)
EvaluationSet = TypeVar("EvaluationSet")
Scores = dict[str, dict[str, float]]  # by group: "all" and others


@dataclass(frozen=True)
class Bundle:
    """A model with what prepares its input and what its training compares it with; None where there is none.

    Args:
        model: the model that is trained.
        tokenizer: of its texts.
        processor: of its pictures.
        words: the words that a translator has met.
        reference: the model as it was before the training.
        judge: the model that rewards its answers.
    """

    model: Model
    tokenizer: TextTokenizer | None = None
    processor: ImageProcessor | None = None
    words: MetWords | None = None
    reference: Model | None = None
    judge: Scorer | None = None

    @property
    def preparers(self) -> list[Preparer]:
        """The parts that are written beside the model."""
        return [part for part in (self.tokenizer, self.processor, self.words) if part is not None]


@dataclass(frozen=True, kw_only=True)
class Recipe(Generic[Rows, EvaluationSet]):
    """How a model of the course is made and scored; `run` makes it, `score` scores it.

    Settings are fields, steps are methods. A recipe is a subclass with fields of its own and with the steps `load`,
    `build`, `batches` and `evaluate`; the others have a default. `Rows` is the type of its data, `EvaluationSet` that
    of the data for its scores.

    Args:
        name: of the recipe, and of the shipped model that it made.
        about: what the model is, in a few words.
        items: what it learns from, in the plural.
        objective: what it is trained for.
        plan: of the training.
        watched: those of the scores that the log shows.
        starts_from: the models that it begins with: shipped ones, and those that `course fetch` brings.
        earlier: the stages before this one: recipes whose plans and data train the same model, one after the other.
        on_other_data: the fields that have other values on other data than the little world's.
        dtype: of the weights on disk; the card is about the model that has these.
    """

    name: str
    about: str
    items: str
    objective: Objective
    plan: Plan
    watched: tuple[str, ...] = ()
    starts_from: tuple[str, ...] = ()
    earlier: tuple["Recipe", ...] = ()
    on_other_data: dict[str, object] = field(default_factory=dict)
    dtype: torch.dtype = torch.float32

    def load(self, source: Path | str, split: str) -> Rows:
        """Load the rows of a split of `source`."""
        raise NotImplementedError

    def build(self, rows: Rows, *starts: Bundle) -> Bundle:
        """Build the model from its rows and the models of `starts_from`, after the seed was set."""
        raise NotImplementedError

    def batches(self, rows: Rows, bundle: Bundle, seed: int) -> BatchSource:
        """Return the batches of the training."""
        raise NotImplementedError

    def evaluate(self, evaluation_set: EvaluationSet, bundle: Bundle) -> Scores:
        """Return the scores by group: "all" and others."""
        raise NotImplementedError

    def more_scores(self, evaluation_set: EvaluationSet, bundle: Bundle) -> dict[str, Scores]:
        """Return other scores to compare with, by what they are scores of."""
        return {}

    def fitting(self, rows: Rows, bundle: Bundle) -> tuple[Rows, int]:
        """Return the rows that the model can read, and the number of the others."""
        return rows, 0

    def evaluation_set(self, source: Path | str, split: str, bundle: Bundle) -> tuple[EvaluationSet, int]:
        """Return what `evaluate` asks about a split of `source`, and the number of rows that are left out."""
        return self.readable(self.load(source, split), bundle)

    def sample(self, evaluation_set: EvaluationSet) -> EvaluationSet:
        """Return the part of the exam that is asked for the log."""
        return evaluation_set

    def watch(self, sample: EvaluationSet, bundle: Bundle) -> dict[str, float]:
        """Return the numbers that the log shows."""
        scores = self.evaluate(sample, bundle)["all"]
        return {name: scores[name] for name in self.watched}

    def product(self, bundle: Bundle) -> Bundle:
        """Return what is written to disk: by default the whole model."""
        return bundle

    def restore(self, folder: Path | str) -> Bundle:
        """Return the bundle again, with the model that was written to `folder`."""
        return load_bundle(folder)

    def facts(self, rows: Rows, bundle: Bundle) -> dict[str, int]:
        """Return what the card says of the data, beside the number of rows."""
        return {}

    def readable(self, rows: Rows, bundle: Bundle) -> tuple[Rows, int]:
        """Return what `fitting` gives. Raises CourseError where the model can read none of the rows."""
        kept, left_out = self.fitting(rows, bundle)
        if not len(kept):
            raise CourseError(f"none of {len(rows)} {self.items} fits into the model's context")
        return kept, left_out

    def on(self, source: Path | str) -> "Recipe":
        """Return the recipe for a source: the little world, or any other."""
        if source == "world":
            return self
        return replace(self, **self.on_other_data, earlier=tuple(stage.on(source) for stage in self.earlier))

    def planned(self, minutes: float | None = None, seed: int = 0) -> "Recipe":
        """Return the recipe with this seed, and with a budget in minutes if given, shared equally by all stages."""
        share = {} if minutes is None else {"minutes": minutes / (len(self.earlier) + 1), "steps": None}
        stages = [replace(stage, plan=replace(stage.plan, seed=seed, **share)) for stage in (*self.earlier, self)]
        return replace(stages.pop(), earlier=tuple(stages))

    def settings(self) -> dict[str, object]:
        """Return the fields that no other recipe has, and those of the objective, as plain values."""
        common = {each.name for each in fields(Recipe)}
        own = {each.name: getattr(self, each.name) for each in fields(self) if each.name not in common}
        plain = {name: asdict(value) if is_dataclass(value) else value for name, value in own.items()}
        weights = {name: value for name, value in vars(self.objective).items() if isinstance(value, float)}
        return {"objective": type(self.objective).__name__, **weights, **plain}


def load_bundle(name: Path | str) -> Bundle:
    """Load a model of ours (see `load_model`), or an `Llm` of others that `course fetch` brings.

    Raises:
        CourseError: the model is not here, or can't be used; if `course fetch` brings it, the message says so.
    """
    if name in ARTIFACTS or Path(name).suffix == ".gguf":
        checkpoint = open_checkpoint(name)
        return Bundle(checkpoint.model(), checkpoint.tokenizer())
    model, *preparers = load_model(name)
    return Bundle(model, **{"processor" if isinstance(p, ImageProcessor) else "tokenizer": p for p in preparers})


def first(rows: "datasets.Dataset", count: int) -> "datasets.Dataset":
    """Return the first `count` rows, or all if there are fewer."""
    return rows.select(range(min(count, len(rows))))


def plain(scores: dict[str, "DataclassInstance"]) -> Scores:
    """Return scores by group as plain numbers, without those that aren't known."""
    return {
        group: {name: number for name, number in asdict(each).items() if number is not None}
        for group, each in scores.items()
    }
