"""The recipe of the translator: Portuguese in, English out (slide "Training")."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from course_lib.data import (
    Batches,
    MetWords,
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
from course_lib.training import Plan
from course_lib.workshop.recipes.recipe import Bundle, Recipe, Scores, first, plain

if TYPE_CHECKING:  # slow to import, and whoever has rows has it already
    import datasets


@dataclass(frozen=True, kw_only=True)
class TranslatorRecipe(Recipe["datasets.Dataset", "datasets.Dataset"]):
    """Learns sentence pairs; `sizes` go to `TranslatorConfig`, `sampled` pairs are translated for the log."""

    vocab_size: int
    tokens_per_batch: int
    sizes: dict[str, float]
    sampled: int = 300

    load = staticmethod(load_translations)

    def build(self, rows: "datasets.Dataset") -> Bundle:
        """Build a new translator, its tokenizer, and the set of the words that it will have met."""
        tokenizer = train_translation_tokenizer(rows, self.vocab_size)
        model = Translator(TranslatorConfig(vocab_size=len(tokenizer), **self.sizes))
        return Bundle(model, tokenizer, words=MetWords.of(pair["pt"] for pair in rows["translation"]))

    def fitting(self, rows: "datasets.Dataset", bundle: Bundle) -> tuple["datasets.Dataset", int]:
        """Return the pairs that are short enough on both sides."""
        return fitting_translations(rows, bundle.tokenizer, bundle.model.config.max_length)

    def batches(self, rows: "datasets.Dataset", bundle: Bundle, seed: int) -> Batches:
        """Return batches of pairs of similar lengths."""
        return translation_batches(translation_pairs(rows, bundle.tokenizer), self.tokens_per_batch, seed)

    def sample(self, evaluation_set: "datasets.Dataset") -> "datasets.Dataset":
        """Return the first pairs."""
        return first(evaluation_set, self.sampled)

    def evaluate(self, evaluation_set: "datasets.Dataset", bundle: Bundle) -> Scores:
        """Return BLEU and exact match of a greedy search."""
        return plain(evaluate_translator(bundle.model, bundle.tokenizer, evaluation_set))

    def more_scores(self, evaluation_set: "datasets.Dataset", bundle: Bundle) -> dict[str, Scores]:
        """Return the same scores of a beam search."""
        return {"beam 5": plain(evaluate_translator(bundle.model, bundle.tokenizer, evaluation_set, beam(5)))}


TRANSLATOR = TranslatorRecipe(
    name="translator",
    about="translator, Portuguese to English",
    items="pairs",
    objective=TeacherForcing(),
    plan=Plan(steps=6000, learning_rate=4e-3),
    watched=("bleu",),
    vocab_size=1500,
    tokens_per_batch=2000,
    sizes={"norm_first": True},
    on_other_data={
        "objective": TeacherForcing(label_smoothing=0.1),
        "plan": Plan(steps=5000, learning_rate=4e-3),
        "vocab_size": 4000,
        "tokens_per_batch": 2500,
        "sizes": {"norm_first": True, "dropout": 0.1},
    },
)
