"""The recipe of the small BERT: an encoder that fills in blanks (slide "Architectural Variants")."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from course_lib.data import Batches, MaskTokens, Tokenizer, load_stories, text_batches
from course_lib.evaluation import evaluate_masked
from course_lib.models import Bert, BertConfig
from course_lib.nn import SinusoidalPositions
from course_lib.objectives import TokenPrediction
from course_lib.training import Plan
from course_lib.workshop.recipes.base import token_ids
from course_lib.workshop.recipes.recipe import Bundle, Recipe, Scores, first, plain

if TYPE_CHECKING:  # slow to import, and whoever has rows has it already
    import datasets

MASK, GAPS = "<mask>", tuple(f"<gap {i}>" for i in range(8))


@dataclass(frozen=True, kw_only=True)
class BertRecipe(Recipe["datasets.Dataset", "datasets.Dataset"]):
    """Masked language modeling on texts; `sizes` go to `BertConfig`, `sampled` texts are scored for the log."""

    vocab_size: int
    tokens_per_batch: int
    sizes: dict[str, int]
    rate: float = 0.15  # the share of tokens that is masked
    sampled: int = 200

    load = staticmethod(load_stories)

    def build(self, rows: "datasets.Dataset") -> Bundle:
        """Build a new model that begins with the sine waves as its positions, and its tokenizer."""
        tokenizer = train_masking_tokenizer(rows["text"], self.vocab_size)
        return Bundle(begin_with_waves(Bert(BertConfig(vocab_size=len(tokenizer), **self.sizes))), tokenizer)

    def batches(self, rows: "datasets.Dataset", bundle: Bundle, seed: int) -> Batches:
        """Return batches of texts of similar lengths, some of their tokens hidden."""
        mask_tokens = MaskTokens(bundle.tokenizer.special_id(MASK), len(bundle.tokenizer), self.rate)
        return text_batches(token_ids(rows, bundle), mask_tokens, self.tokens_per_batch, seed)

    def sample(self, evaluation_set: "datasets.Dataset") -> "datasets.Dataset":
        """Return the first texts."""
        return first(evaluation_set, self.sampled)

    def evaluate(self, evaluation_set: "datasets.Dataset", bundle: Bundle) -> Scores:
        """Return the loss, and the share of right guesses behind masks."""
        mask_id = bundle.tokenizer.special_id(MASK)
        return plain({"all": evaluate_masked(bundle.model, token_ids(evaluation_set, bundle), mask_id)})


BERT = BertRecipe(
    name="bert",
    about="masked language model",
    items="texts",
    objective=TokenPrediction(),
    plan=Plan(steps=6000, learning_rate=4e-3),
    watched=("guessed", "loss"),
    vocab_size=900,
    tokens_per_batch=512,
    sizes={"d_model": 64, "d_ff": 128, "num_heads": 4, "num_layers": 2},
)


def train_masking_tokenizer(texts: Iterable[str], vocab_size: int) -> Tokenizer:
    """Train a tokenizer that also knows the mask, and sentinels for gaps."""
    return Tokenizer.train(texts, vocab_size, (MASK, *GAPS))


def begin_with_waves(model: torch.nn.Module) -> torch.nn.Module:
    """Fill the model's learned positions with sine waves, from which it learns on."""
    table = model.positions.table
    with torch.no_grad():
        table.copy_(SinusoidalPositions(table.shape[1], table.shape[0]).table)
    return model
