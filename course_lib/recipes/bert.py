"""The recipe of the small BERT: an encoder that fills in blanks (slide "Architectural Variants")."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from course_lib.data import Batches, MaskTokens, Tokenizer, load_stories, text_batches
from course_lib.evaluation import evaluate_masked
from course_lib.models import Bert, BertConfig
from course_lib.nn import SinusoidalPositions
from course_lib.objectives import TokenPrediction
from course_lib.recipes.recipe import Recipe, Scores, plain
from course_lib.training import Plan

if TYPE_CHECKING:  # slow to import, and whoever has rows has it already
    import datasets

MASK, GAPS = "<mask>", tuple(f"<gap {i}>" for i in range(8))


@dataclass(frozen=True, kw_only=True)
class BertRecipe(Recipe):
    """Masked language modelling on the texts of `load_stories`; `sizes` go to `BertConfig`."""

    vocab_size: int
    tokens_per_batch: int
    sizes: dict
    rate: float = 0.15  # the share of tokens that is asked
    sampled: int = 200  # texts that are scored for the log

    objective = TokenPrediction()

    def load(self, source: Path | str, split: str) -> "datasets.Dataset":
        """The texts."""
        return load_stories(source, split)

    def build(self, rows: "datasets.Dataset") -> tuple[Bert, Tokenizer]:
        """A new model that begins with the sine waves as its positions, and its tokenizer."""
        tokenizer = train_masking_tokenizer(rows["text"], self.vocab_size)
        return begin_with_waves(Bert(BertConfig(vocab_size=len(tokenizer), **self.sizes))), tokenizer

    def batches(self, rows: "datasets.Dataset", model: Bert, tokenizer: Tokenizer, *, seed: int) -> Batches:
        """Texts of similar lengths together, some of their tokens hidden."""
        mask_tokens = MaskTokens(tokenizer.special_id(MASK), len(tokenizer), self.rate)
        return text_batches(token_ids(rows, model, tokenizer), mask_tokens, self.tokens_per_batch, seed)

    def sample(self, exam: "datasets.Dataset") -> "datasets.Dataset":
        """The first texts."""
        return exam.select(range(min(self.sampled, len(exam))))

    def evaluate(self, exam: "datasets.Dataset", model: Bert, tokenizer: Tokenizer) -> Scores:
        """Loss and guesses behind masks."""
        ids = token_ids(exam, model, tokenizer)
        return plain({"all": evaluate_masked(model, ids, tokenizer.special_id(MASK))})


BERT = BertRecipe(
    name="bert",
    about="masked language model",
    items="texts",
    plan=Plan(steps=6000, learning_rate=4e-3),
    watched=("guessed", "loss"),
    vocab_size=900,
    tokens_per_batch=512,
    sizes={"d_model": 64, "d_ff": 128, "num_heads": 4, "num_layers": 2},
)


def token_ids(rows: "datasets.Dataset", model: Bert, tokenizer: Tokenizer) -> list[list[int]]:
    """The token ids of the texts, as far as the model's positions reach."""
    return [ids[: model.config.max_length] for ids in tokenizer.encode_batch(rows["text"])]


def train_masking_tokenizer(texts: Iterable[str], vocab_size: int) -> Tokenizer:
    """A tokenizer that also knows the mask, and sentinels for gaps."""
    return Tokenizer.train(texts, vocab_size, (MASK, *GAPS))


def begin_with_waves(model: torch.nn.Module) -> torch.nn.Module:
    """The model, its learnt positions filled with sine waves, from which it learns on."""
    table = model.positions.table
    with torch.no_grad():
        table.copy_(SinusoidalPositions(table.shape[1], table.shape[0]).table)
    return model
