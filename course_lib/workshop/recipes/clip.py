"""The recipe of CLIP: which caption belongs to which picture? (slide "Contrastive Language-Image Pre-Training")"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from course_lib.data import Batches, ImageProcessor, Tokenizer, caption_batches, fitting_captions, load_captions
from course_lib.evaluation import evaluate_clip
from course_lib.models import Clip, ClipConfig, TextConfig, VisionConfig
from course_lib.objectives import Contrastive
from course_lib.training import Plan
from course_lib.workshop.recipes.recipe import Bundle, Recipe, Scores, plain
from course_lib.world.scenes import make_scenes
from course_lib.world.scenes.scene import Scene

if TYPE_CHECKING:  # slow to import, and whoever has rows has it already
    import datasets

EvaluationSet = tuple["datasets.Dataset", list[Scene] | None]  # scenes only in the little world


@dataclass(frozen=True, kw_only=True)
class ClipRecipe(Recipe["datasets.Dataset", EvaluationSet]):
    """Learns pictures and captions. Pictures of any size are made as large as `vision` says.

    Args:
        splits: the splits of the little world that it learns.
        vision, text, d_joint: for `ClipConfig`.
    """

    splits: tuple[str, ...] = ("train",)
    batch_size: int
    vocab_size: int
    vision: dict[str, int]
    text: dict[str, int]
    d_joint: int

    def load(self, source: Path | str, split: str) -> "datasets.Dataset":
        """Load the pictures with their captions."""
        from datasets import concatenate_datasets

        splits = self.splits if split == "train" else (split,)
        return concatenate_datasets([load_captions(source, split) for split in splits])

    def build(self, rows: "datasets.Dataset") -> Bundle:
        """Build a new model, a tokenizer of the captions, and what prepares the pictures."""
        captions = chosen_captions(rows["caption"])
        tokenizer = Tokenizer.train([text for texts in captions for text in texts], self.vocab_size)
        text = TextConfig(vocab_size=len(tokenizer), **self.text)
        model = Clip(ClipConfig(vision=VisionConfig(**self.vision), text=text, d_joint=self.d_joint))
        return Bundle(model, tokenizer, ImageProcessor(size=(self.vision["image_size"], self.vision["image_size"])))

    def fitting(self, rows: "datasets.Dataset", bundle: Bundle) -> tuple["datasets.Dataset", int]:
        """Return the pictures whose captions are all short enough."""
        return fitting_captions(rows, bundle.tokenizer, bundle.model.config.text.max_length)

    def batches(self, rows: "datasets.Dataset", bundle: Bundle, seed: int) -> Batches:
        """Return batches of pictures with some of their captions."""
        tokens = [bundle.tokenizer.encode_batch(texts) for texts in chosen_captions(rows["caption"])]
        return caption_batches(rows["image"], tokens, bundle.processor, self.batch_size, seed)

    def evaluation_set(self, source: Path | str, split: str, bundle: Bundle) -> tuple[EvaluationSet, int]:
        """Return the pictures with their captions, and in the little world what is in them."""
        rows, left_out = super().evaluation_set(source, split, bundle)
        return (rows, make_scenes(split) if source == "world" else None), left_out

    def evaluate(self, evaluation_set: EvaluationSet, bundle: Bundle) -> Scores:
        """Return how often a picture finds its caption and a caption its picture; in the little world also its name."""
        return plain(evaluate_clip(bundle.model, bundle.tokenizer, bundle.processor, *evaluation_set))

    def facts(self, rows: "datasets.Dataset", bundle: Bundle) -> dict[str, int]:
        """Return the number of captions that are learned of each picture."""
        return {"captions of each": len(chosen_captions(rows["caption"])[0])}


CLIP = ClipRecipe(
    name="clip",
    about="CLIP",
    items="pictures",
    objective=Contrastive(),
    plan=Plan(steps=6000, learning_rate=1e-3, weight_decay=0.05),
    watched=("caption", "thing", "colour", "shirt", "swap"),
    splits=("train", "extra"),
    on_other_data={"watched": ("caption", "picture"), "splits": ("train",)},
    batch_size=64,
    vocab_size=600,
    vision={"image_size": 64, "patch_size": 16, "d_model": 128, "d_ff": 384, "num_heads": 4, "num_layers": 4},
    text={"d_model": 96, "d_ff": 192, "num_heads": 4, "num_layers": 2, "max_length": 64},
    d_joint=128,
)


def chosen_captions(captions: Sequence[list[str]]) -> list[list[str]]:
    """Return all captions of each picture; or only the last, if some pictures have fewer than others."""
    if len(set(map(len, captions))) > 1:
        return [texts[-1:] for texts in captions]
    return list(captions)
