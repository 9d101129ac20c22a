"""The recipes that give a language model of others our eyes, as LLaVA-1.5 does: the connector learns first, then LoRA
(slide "Multimodal Vision Language Models Training"; Liu et al. 2024, section 3)."""

from dataclasses import dataclass, replace
from pathlib import Path

import torch

from course_lib.errors import CourseError
from course_lib.evaluation import evaluate_vlm, mean_loss
from course_lib.files import sha256
from course_lib.models import Vlm, VlmAdapter, VlmAdapterConfig
from course_lib.models.vlm_adapter import adapted
from course_lib.objectives import TokenPrediction
from course_lib.shapes import Pixels
from course_lib.training import Plan
from course_lib.workshop.convert.artifacts import ARTIFACTS
from course_lib.workshop.recipes.connector import ConnectorRecipe, assembled
from course_lib.workshop.recipes.picture_dialogues import (
    PictureDialogues,
    batches_about,
    descriptions,
    encode,
    instructions,
    pixels_of,
    template_of,
)
from course_lib.workshop.recipes.recipe import Bundle, Recipe, Scores, load_bundle, plain
from course_lib.workshop.recipes.vlm import VlmRecipe

Shown = tuple[PictureDialogues, Pixels]  # about one picture each, and the pictures as input of the tower
EvaluationSet = tuple[Shown, Shown]  # questions, and captions


@dataclass(frozen=True, kw_only=True)
class Stage(Recipe[PictureDialogues, EvaluationSet]):
    """The common part of both stages: few rows, and an exam of questions and captions.

    Args:
        learned: number of rows that are learned.
        examined, sampled: numbers of pictures, for the card and for each line of the log.
    """

    learned: int
    examined: int
    sampled: int

    def load(self, source: Path | str, split: str) -> PictureDialogues:
        """Load the first rows."""
        rows = super().load(source, split)
        return rows.select(range(len(rows))[: self.learned])

    def evaluation_set(self, source: Path | str, split: str, bundle: Bundle) -> tuple[EvaluationSet, int]:
        """Return the first dialogues and the first captions, each with its picture."""
        asked, left_out = self.readable(instructions(source, split).about_one_picture(self.examined), bundle)
        told = descriptions(source, split).about_one_picture(self.examined)
        return tuple((rows, pixels_of(rows, bundle)) for rows in (asked, told)), left_out

    def sample(self, evaluation_set: EvaluationSet) -> EvaluationSet:
        """Return the first pictures."""
        return tuple((rows.about_one_picture(self.sampled), pixels[: self.sampled]) for rows, pixels in evaluation_set)

    def more_scores(self, evaluation_set: EvaluationSet, bundle: Bundle) -> dict[str, Scores]:
        """Return the same scores where every picture is gray, and where each is another one."""
        shown = {"without seeing": torch.zeros_like, "another picture": lambda pixels: pixels.roll(1, dims=0)}
        return {
            name: self.evaluate(tuple((rows, change(pixels)) for rows, pixels in evaluation_set), bundle)
            for name, change in shown.items()
        }


@dataclass(frozen=True, kw_only=True)
class FirstStage(Stage, ConnectorRecipe):
    """Learns the captions; only the connector changes."""

    def evaluate(self, evaluation_set: EvaluationSet, bundle: Bundle) -> Scores:
        """Return the loss of captions."""
        return {"all": {"loss": loss_of(evaluation_set[1], bundle)}}

    def watch(self, sample: EvaluationSet, bundle: Bundle) -> dict[str, float]:
        """Return the same, under another name than that of the training."""
        return {"held-out loss": loss_of(sample[1], bundle)}


@dataclass(frozen=True, kw_only=True)
class SecondStage(Stage, VlmRecipe):
    """Learns the dialogues; the connector changes, and LoRA of this `rank` and `alpha` on the language model."""

    rank: int
    alpha: float

    def build(self, rows: PictureDialogues, clip: Bundle, connector: Bundle, chat: Bundle) -> Bundle:
        """Build a `Vlm` of CLIP's tower, the connector and the adapted language model."""
        bundle = assembled(clip, connector.model, chat)
        adapted(bundle.model.train_only("connector").text, self.rank, self.alpha)
        return bundle

    def evaluate(self, evaluation_set: EvaluationSet, bundle: Bundle) -> Scores:
        """Return the share of exact answers by group, and the loss of captions."""
        (asked, pixels), told = evaluation_set
        template = template_of(bundle.model, bundle.tokenizer)
        answers = evaluate_vlm(bundle.model, template, encode(pixels, bundle.model), asked.texts)
        return plain(answers) | {"captions": {"loss": loss_of(told, bundle)}}

    def product(self, bundle: Bundle) -> Bundle:
        """Return only what has changed."""
        return Bundle(VlmAdapter.of(bundle.model, self.config_of(bundle.model)))

    def restore(self, folder: Path | str) -> Bundle:
        """Return a `Vlm` with what was written. Raises CourseError where it belongs to another language model."""
        adapter = load_bundle(folder).model
        clip, _, chat = self.starts_from
        if adapter.config.base != base_of(chat):
            raise CourseError(f"{folder} belongs to the model of sha256 {adapter.config.base}, which {chat} is not")
        bundle = assembled(load_bundle(clip), adapter.connector, load_bundle(chat))
        return replace(bundle, model=adapter.put_into(bundle.model).eval())

    def config_of(self, model: Vlm) -> VlmAdapterConfig:
        """Return the config of what changes."""
        parts = {"connector": model.config.connector, "text": model.config.text}
        return VlmAdapterConfig(**parts, base=base_of(self.starts_from[-1]), rank=self.rank, alpha=self.alpha)


def loss_of(told: Shown, bundle: Bundle) -> float:
    """Return the loss of captions, in nats per token."""
    rows, pixels = told
    return mean_loss(bundle.model, batches_about(rows, encode(pixels, bundle.model), bundle, 2048, seed=0))


def base_of(name: str) -> str:
    """Return the sha256 of the file with a language model."""
    return ARTIFACTS[name].sha256 if name in ARTIFACTS else sha256(Path(name))


CONNECTOR_SMOLLM2 = FirstStage(
    name="connector-smollm2",
    about="connector of pictures to SmolLM2",
    items="captions",
    objective=TokenPrediction(),
    plan=Plan(steps=300, learning_rate=2e-3, evaluations=5),
    watched=("loss",),
    starts_from=("clip", "smollm2"),
    dtype=torch.float16,
    tokens_per_batch=512,
    kind="mlp",
    learned=3000,
    examined=100,
    sampled=10,
)
VLM_SMOLLM2 = SecondStage(
    name="vlm-smollm2",
    about="connector and LoRA that let SmolLM2 see",
    items="dialogues",
    objective=TokenPrediction(),
    plan=Plan(steps=500, learning_rate=1e-3, evaluations=5),
    watched=("exact",),
    starts_from=("clip", "connector-smollm2", "smollm2"),
    dtype=torch.float16,
    tokens_per_batch=512,
    rank=8,
    alpha=16.0,
    learned=2000,
    examined=100,
    sampled=5,
)
