"""The recipe of the translator: Portuguese in, English out (slide "Training")."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from course_lib.data import (
    Batches,
    MetWords,
    Tokenizer,
    fitting_translations,
    load_translations,
    train_translation_tokenizer,
    translation_batches,
    translation_pairs,
)
from course_lib.evaluation import evaluate_translator
from course_lib.generation import beam
from course_lib.models import Translator, TranslatorConfig
from course_lib.objectives import TeacherForcing
from course_lib.recipes.recipe import Recipe, Scores, plain
from course_lib.training import Plan

if TYPE_CHECKING:  # slow to import, and whoever has rows has it already
    import datasets


@dataclass(frozen=True, kw_only=True)
class TranslatorRecipe(Recipe):
    """Learns the pairs of `load_translations`; `sizes` go to `TranslatorConfig`."""

    vocab_size: int
    tokens_per_batch: int
    label_smoothing: float
    sizes: dict
    sampled: int = 300  # pairs that are translated for the log

    def load(self, source: Path | str, split: str) -> "datasets.Dataset":
        """The sentence pairs."""
        return load_translations(source, split)

    def build(self, rows: "datasets.Dataset") -> tuple[Translator, Tokenizer, MetWords]:
        """A new translator, its tokenizer, and the words that it will have met."""
        tokenizer = train_translation_tokenizer(rows, self.vocab_size)
        model = Translator(TranslatorConfig(vocab_size=len(tokenizer), **self.sizes))
        return model, tokenizer, MetWords.of(pair["pt"] for pair in rows["translation"])

    @property
    def objective(self) -> TeacherForcing:
        """Teacher forcing."""
        return TeacherForcing(self.label_smoothing)

    def fitting(
        self, rows: "datasets.Dataset", model: Translator, tokenizer: Tokenizer, *_: Any
    ) -> tuple["datasets.Dataset", int]:
        """The pairs that are short enough on both sides."""
        return fitting_translations(rows, tokenizer, model.config.max_length)

    def batches(self, rows: "datasets.Dataset", model: Translator, tokenizer: Tokenizer, *_: Any, seed: int) -> Batches:
        """Pairs of similar lengths together."""
        return translation_batches(translation_pairs(rows, tokenizer), self.tokens_per_batch, seed)

    def sample(self, exam: "datasets.Dataset") -> "datasets.Dataset":
        """The first pairs."""
        return exam.select(range(min(self.sampled, len(exam))))

    def evaluate(self, exam: "datasets.Dataset", model: Translator, tokenizer: Tokenizer, *_: Any) -> Scores:
        """BLEU and exact match of a greedy search."""
        return plain(evaluate_translator(model, tokenizer, exam))

    def further(self, exam: "datasets.Dataset", model: Translator, tokenizer: Tokenizer, *_: Any) -> dict[str, Scores]:
        """The same of a beam search."""
        return {"beam 5": plain(evaluate_translator(model, tokenizer, exam, beam(5)))}


TRANSLATOR = TranslatorRecipe(
    name="translator",
    about="translator, Portuguese to English",
    items="pairs",
    plan=Plan(steps=6000, learning_rate=4e-3),
    watched=("bleu",),
    vocab_size=1500,
    tokens_per_batch=2000,
    label_smoothing=0.0,
    sizes={"norm_first": True},
    elsewhere={
        "plan": Plan(steps=5000, learning_rate=4e-3),
        "vocab_size": 4000,
        "tokens_per_batch": 2500,
        "label_smoothing": 0.1,
        "sizes": {"norm_first": True, "dropout": 0.1},
    },
)
