"""The recipes that give a language model of others our eyes, as LLaVA-1.5 does: the connector learns first, then LoRA
(slide "Multimodal Vision Language Models Training"; Liu et al. 2024, section 3)."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from course_lib.convert import HubTokenizer
from course_lib.convert.artefacts import ARTEFACTS
from course_lib.errors import CourseError
from course_lib.evaluation import evaluate_vlm, mean_loss
from course_lib.files import sha256
from course_lib.models import Connector, Vlm, VlmAdapter, VlmAdapterConfig, load_model
from course_lib.models.vlm_adapter import adapted
from course_lib.recipes.connector import ChatKit, ClipKit, ConnectorRecipe, VlmKit, assembled
from course_lib.recipes.picture_dialogues import (
    PictureDialogues,
    batches_about,
    descriptions,
    instructions,
    pixels_of,
    template_of,
)
from course_lib.recipes.recipe import Recipe, Scores, load_start, plain
from course_lib.recipes.vlm import VlmRecipe
from course_lib.shapes import Features, Pixels
from course_lib.training import Plan

Shown = tuple[PictureDialogues, Pixels]  # about one picture each, and the pictures as the tower gets them
Exam = tuple[Shown, Shown]  # questions, and captions


@dataclass(frozen=True, kw_only=True)
class Stage(Recipe):
    """What both stages have in common: few rows, and an exam of questions and captions.

    Args:
        learnt: rows.
        examined, sampled: numbers of pictures, for the card and for each line of the log.
    """

    learnt: int
    examined: int
    sampled: int

    def load(self, source: Path | str, split: str) -> PictureDialogues:
        """The first rows."""
        rows = super().load(source, split)
        return rows.select(range(len(rows))[: self.learnt])

    def exam(self, source: Path | str, split: str, *kit: Any) -> tuple[Exam, int]:
        """The first dialogues and the first captions, each with its picture."""
        asked, left_out = self.readable(instructions(source, split).about_one_picture(self.examined), *kit)
        told = descriptions(source, split).about_one_picture(self.examined)
        return tuple((rows, pixels_of(rows, kit[2])) for rows in (asked, told)), left_out

    def sample(self, exam: Exam) -> Exam:
        """The first pictures."""
        return tuple((rows.about_one_picture(self.sampled), pixels[: self.sampled]) for rows, pixels in exam)

    def further(self, exam: Exam, *kit: Any) -> dict[str, Scores]:
        """The same where every picture is grey, and where each is another one."""
        shown = {"without seeing": torch.zeros_like, "another picture": lambda pixels: pixels.roll(1, dims=0)}
        return {
            name: self.evaluate(tuple((rows, change(pixels)) for rows, pixels in exam), *kit)
            for name, change in shown.items()
        }


@dataclass(frozen=True, kw_only=True)
class FirstStage(Stage, ConnectorRecipe):
    """Learns the captions; only the connector changes."""

    def evaluate(self, exam: Exam, model: Vlm, tokenizer: HubTokenizer, *_: Any) -> Scores:
        """The loss of captions."""
        return {"all": {"loss": loss_of(exam[1], model, tokenizer)}}

    def watch(self, sample: Exam, model: Vlm, tokenizer: HubTokenizer, *_: Any) -> dict[str, float]:
        """The same, under another name than that of the training."""
        return {"held-out loss": loss_of(sample[1], model, tokenizer)}


@dataclass(frozen=True, kw_only=True)
class SecondStage(Stage, VlmRecipe):
    """Learns the dialogues; the connector changes, and LoRA of this `rank` and `alpha` on the language model."""

    rank: int
    alpha: float

    def build(self, rows: PictureDialogues, clip: ClipKit, connector: tuple[Connector], chat: ChatKit) -> VlmKit:
        """A `Vlm` of CLIP's tower, the connector and the adapted language model."""
        model, *others = assembled(clip, *connector, chat)
        adapted(model.train_only("connector").text, self.rank, self.alpha)
        return model, *others

    def evaluate(self, exam: Exam, model: Vlm, tokenizer: HubTokenizer, *_: Any) -> Scores:
        """The share of exact answers by group, and the loss of captions."""
        (asked, pixels), told = exam
        answers = evaluate_vlm(model, template_of(model, tokenizer), seen(model, pixels), asked.texts)
        return plain(answers) | {"captions": {"loss": loss_of(told, model, tokenizer)}}

    def product(self, model: Vlm, *_: Any) -> tuple[VlmAdapter]:
        """What has changed alone."""
        return (VlmAdapter.of(model, self.config_of(model)),)

    def restore(self, folder: Path | str) -> VlmKit:
        """A `Vlm` with what was written. Raises CourseError where it belongs to another language model."""
        [adapter] = load_model(folder)
        clip, _, chat = self.starts_from
        if adapter.config.base != base_of(chat):
            raise CourseError(f"{folder} belongs to the model of sha256 {adapter.config.base}, which {chat} is not")
        model, *others = assembled(load_start(clip), adapter.connector, load_start(chat))
        return adapter.put_into(model).eval(), *others

    def config_of(self, model: Vlm) -> VlmAdapterConfig:
        """The config of what changes."""
        parts = {"connector": model.config.connector, "text": model.config.text}
        return VlmAdapterConfig(**parts, base=base_of(self.starts_from[-1]), rank=self.rank, alpha=self.alpha)


def seen(model: Vlm, pixels: Pixels) -> Features:
    """What the tower of a `Vlm` makes of pictures."""
    return model.look(pixels.to(next(model.parameters()).device)).cpu()


def loss_of(told: Shown, model: Vlm, tokenizer: HubTokenizer) -> float:
    """The loss of captions, in nats per token."""
    rows, pixels = told
    return mean_loss(model, batches_about(rows, seen(model, pixels), model, tokenizer, 2048, seed=0))


def base_of(name: str) -> str:
    """The sha256 of the file with a language model."""
    return ARTEFACTS[name].sha256 if name in ARTEFACTS else sha256(Path(name))


CONNECTOR_SMOLLM2 = FirstStage(
    name="connector-smollm2",
    about="connector of pictures to SmolLM2",
    items="captions",
    plan=Plan(steps=300, learning_rate=2e-3, evaluations=5),
    watched=("loss",),
    starts_from=("clip", "smollm2"),
    dtype=torch.float16,
    tokens_per_batch=512,
    kind="mlp",
    learnt=3000,
    examined=100,
    sampled=10,
)
VLM_SMOLLM2 = SecondStage(
    name="vlm-smollm2",
    about="connector and LoRA that let SmolLM2 see",
    items="dialogues",
    plan=Plan(steps=500, learning_rate=1e-3, evaluations=5),
    watched=("exact",),
    starts_from=("clip", "connector-smollm2", "smollm2"),
    dtype=torch.float16,
    tokens_per_batch=512,
    rank=8,
    alpha=16.0,
    learnt=2000,
    examined=100,
    sampled=5,
)
