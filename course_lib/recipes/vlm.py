"""The recipe of the model that sees: its parts learn to answer together (slide "Instruction Fine Tuning")."""

from dataclasses import dataclass
from functools import reduce
from operator import add
from pathlib import Path
from typing import Any

import torch

from course_lib.data import Batches, ImageProcessor, TextTokenizer, fitting
from course_lib.evaluation import evaluate_vlm
from course_lib.models import Connector, Vlm
from course_lib.objectives import TokenPrediction
from course_lib.recipes.connector import ChatKit, ClipKit, VlmKit, assembled
from course_lib.recipes.picture_dialogues import (
    PictureDialogues,
    Turns,
    batches_about,
    descriptions,
    instructions,
    pixels_of,
    practised,
    prompt_lengths,
    see,
    template_of,
)
from course_lib.recipes.recipe import Recipe, Scores, plain
from course_lib.shapes import Pixels
from course_lib.training import Plan

Exam = tuple[Pixels, Turns]


@dataclass(frozen=True, kw_only=True)
class VlmRecipe(Recipe):
    """Learns the dialogues of `load_picture_dialogues`; CLIP's tower stays as it is.

    In the little world it first learns to say what is there, with the captions; then whether something is there; then
    whether it is worn; and last again all of it. To compare what is asked with what is seen is learnt only by a model
    that sees, one comparison after the other. Of another source, all stages learn the same dialogues.

    Args:
        splits: those that are learnt.
        captions: whether those of the little world are learnt beside the dialogues.
        practice: the arguments of `practised` for more questions, or None.
        examined, sampled: numbers of pictures that are asked about, for the card and for each line of the log.
    """

    splits: tuple[str, ...] = ("train",)
    captions: bool = False
    practice: dict | None = None
    tokens_per_batch: int = 2048
    examined: int = 500
    sampled: int = 100

    objective = TokenPrediction()

    def load(self, source: Path | str, split: str) -> PictureDialogues:
        """The dialogues, and what this stage adds to them."""
        splits = self.splits if split == "train" else (split,)
        return reduce(add, (self.load_split(source, split) for split in splits))

    def load_split(self, source: Path | str, split: str) -> PictureDialogues:
        """The same of one split."""
        rows = spoken = instructions(source, split)
        if self.captions:
            rows += descriptions(source, split)
        if self.practice is not None:
            rows += practised(spoken.images, split, **self.practice)
        return rows

    def build(self, rows: PictureDialogues, clip: ClipKit, connector: tuple[Connector], chat: ChatKit) -> VlmKit:
        """A `Vlm` of CLIP's tower, the connector and the chat model, the last two of which learn."""
        model, *others = assembled(clip, *connector, chat)
        return model.train_only("connector", "text"), *others

    def fitting(
        self, rows: PictureDialogues, model: Vlm, tokenizer: TextTokenizer, processor: ImageProcessor
    ) -> tuple[PictureDialogues, int]:
        """The dialogues whose questions, with the pictures, leave room for an answer."""
        return fitting(rows, prompt_lengths(rows, model, tokenizer), model.config.max_length - 1)

    def batches(
        self, rows: PictureDialogues, model: Vlm, tokenizer: TextTokenizer, processor: ImageProcessor, *, seed: int
    ) -> Batches:
        """Dialogues of similar lengths together."""
        return batches_about(rows, see(rows, model, processor), model, tokenizer, self.tokens_per_batch, seed)

    def exam(self, source: Path | str, split: str, *kit: Any) -> tuple[Exam, int]:
        """The first pictures that have a dialogue to themselves, and the texts."""
        rows, left_out = self.readable(instructions(source, split).about_one_picture(self.examined), *kit)
        return (pixels_of(rows, kit[2]), rows.texts), left_out

    def sample(self, exam: Exam) -> Exam:
        """The first pictures."""
        return tuple(column[: self.sampled] for column in exam)

    def evaluate(self, exam: Exam, model: Vlm, tokenizer: TextTokenizer, *_: Any) -> Scores:
        """The share of exact answers, by form and kind of question, and by what training never shows of it."""
        pixels, texts = exam
        features = model.look(pixels.to(next(model.parameters()).device)).cpu()
        return plain(evaluate_vlm(model, template_of(model, tokenizer), features, texts))

    def further(self, exam: Exam, *kit: Any) -> dict[str, Scores]:
        """The same where every picture is grey: what the questions alone tell."""
        pixels, texts = exam
        return {"without seeing": self.evaluate((torch.zeros_like(pixels), texts), *kit)}


def stage(name: str, plan: Plan, **fields: Any) -> VlmRecipe:
    """A `VlmRecipe`; of another source than the little world, there are only dialogues."""
    return VlmRecipe(
        name=name,
        about="vision-language model",
        items="dialogues",
        plan=plan,
        watched=("exact",),
        splits=("train", "extra"),
        elsewhere={"splits": ("train",), "captions": False, "practice": None},
        **fields,
    )


STEADY = {"learning_rate": 1e-3, "average": 0.99}
VLM = stage(
    "vlm",
    Plan(steps=1600, **STEADY),
    captions=True,
    practice={"shirts": 2, "others": 4, "jumbled": 0.7},
    starts_from=("clip", "connector", "chat"),
    earlier=(
        stage("what", Plan(steps=2400, learning_rate=2e-3), captions=True),
        stage("whether", Plan(steps=3500, **STEADY), practice={}),
        stage("worn", Plan(steps=2500, **STEADY), practice={"shirts": 6}),
    ),
)
