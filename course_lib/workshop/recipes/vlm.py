"""The recipe of the model that sees: its parts learn to answer together (slide "Instruction Fine Tuning")."""

from dataclasses import dataclass
from functools import reduce
from operator import add
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from course_lib.evaluation import evaluate_chat, evaluate_vlm
from course_lib.objectives import TokenPrediction
from course_lib.shapes import Pixels
from course_lib.training import Plan
from course_lib.workshop.recipes.connector import assembled
from course_lib.workshop.recipes.picture_dialogues import (
    PictureDialogues,
    PictureRecipe,
    Turns,
    descriptions,
    encode,
    instructions,
    pixels_of,
    practiced,
    questions_without_pictures,
    template_of,
)
from course_lib.workshop.recipes.recipe import Bundle, Scores, plain

if TYPE_CHECKING:  # slow to import, and whoever has rows has it already
    import datasets

EvaluationSet = tuple[Pixels, Turns, "datasets.Dataset | None"]  # and in the little world the chat model's questions


@dataclass(frozen=True, kw_only=True)
class VlmRecipe(PictureRecipe[EvaluationSet]):
    """Learns dialogues about pictures; CLIP's tower stays as it is.

    In the little world it first learns to say what is there, with the captions; then whether something is there; then
    whether it is worn; and last again all of it. Only a model that sees learns to compare a question with a picture,
    one comparison after the other. Of another source, all stages learn the same dialogues.

    Args:
        splits: the splits of the little world that it learns.
        captions: True if it learns the captions of the little world beside the dialogues.
        practice: the arguments of `practiced` for more questions, or None.
        examined, sampled: numbers of pictures that are asked about, for the card and for each line of the log.
    """

    splits: tuple[str, ...] = ("train",)
    captions: bool = False
    practice: dict[str, float] | None = None
    tokens_per_batch: int = 2048
    examined: int = 500
    sampled: int = 100

    def load(self, source: Path | str, split: str) -> PictureDialogues:
        """Load the dialogues, and what this stage adds to them."""
        splits = self.splits if split == "train" else (split,)
        return reduce(add, (self.load_split(source, split) for split in splits))

    def load_split(self, source: Path | str, split: str) -> PictureDialogues:
        """Load the same of one split."""
        rows = spoken = instructions(source, split)
        if self.captions:
            rows += descriptions(source, split)
        if self.practice is not None:
            rows += practiced(spoken.images, split, **self.practice)
        return rows

    def build(self, rows: PictureDialogues, clip: Bundle, connector: Bundle, chat: Bundle) -> Bundle:
        """Build a `Vlm` of CLIP's tower, the connector and the chat model, of which the last two learn."""
        bundle = assembled(clip, connector.model, chat)
        bundle.model.train_only("connector", "text")
        return bundle

    def evaluation_set(self, source: Path | str, split: str, bundle: Bundle) -> tuple[EvaluationSet, int]:
        """Return the first pictures that have a dialogue to themselves, its texts, and questions without a picture."""
        rows, left_out = self.readable(instructions(source, split).about_one_picture(self.examined), bundle)
        spoken = questions_without_pictures(source, split, self.examined, bundle) if source == "world" else None
        return (pixels_of(rows, bundle), rows.texts, spoken), left_out

    def sample(self, evaluation_set: EvaluationSet) -> EvaluationSet:
        """Return the first pictures."""
        pixels, texts, spoken = evaluation_set
        return pixels[: self.sampled], texts[: self.sampled], spoken

    def evaluate(self, evaluation_set: EvaluationSet, bundle: Bundle) -> Scores:
        """Return the share of exact answers, by form and kind of question, and by what training never shows of it."""
        pixels, texts, _ = evaluation_set
        features = encode(pixels, bundle.model)
        return plain(evaluate_vlm(bundle.model, template_of(bundle.model, bundle.tokenizer), features, texts))

    def more_scores(self, evaluation_set: EvaluationSet, bundle: Bundle) -> dict[str, Scores]:
        """Return the same scores where every picture is gray, and what is left of the chat model's answers to texts."""
        pixels, texts, spoken = evaluation_set
        scores = {"without seeing": self.evaluate((torch.zeros_like(pixels), texts, None), bundle)}
        if spoken:
            scores["text alone"] = plain(evaluate_chat(bundle.model, bundle.tokenizer, spoken))
        return scores


def stage(name: str, plan: Plan, **fields: object) -> VlmRecipe:
    """Return a `VlmRecipe`; of another source than the little world, there are only dialogues."""
    return VlmRecipe(
        name=name,
        about="vision-language model",
        items="dialogues",
        objective=TokenPrediction(),
        plan=plan,
        watched=("exact",),
        splits=("train", "extra"),
        on_other_data={"splits": ("train",), "captions": False, "practice": None},
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
