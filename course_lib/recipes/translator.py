"""The recipe of the translator: Portuguese in, English out (slide "Training")."""

from dataclasses import dataclass

from course_lib.data import (
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
from course_lib.recipes.recipe import Recipe, plain
from course_lib.training import Plan


@dataclass(frozen=True, kw_only=True)
class TranslatorRecipe(Recipe):
    """Learns the pairs of `load_translations`; `sizes` go to `TranslatorConfig`."""

    vocab_size: int
    tokens_per_batch: int
    label_smoothing: float
    sizes: dict
    sampled: int = 300  # pairs that are translated for the log

    def load(self, source, split):
        """The sentence pairs."""
        return load_translations(source, split)

    def build(self, rows):
        """A new translator, its tokenizer, and the words that it will have met."""
        tokenizer = train_translation_tokenizer(rows, self.vocab_size)
        model = Translator(TranslatorConfig(vocab_size=len(tokenizer), **self.sizes))
        return model, tokenizer, MetWords.of(pair["pt"] for pair in rows["translation"])

    @property
    def objective(self):
        """Teacher forcing."""
        return TeacherForcing(self.label_smoothing)

    def fitting(self, rows, model, tokenizer, *_):
        """The pairs that are short enough on both sides."""
        return fitting_translations(rows, tokenizer, model.config.max_length)

    def batches(self, rows, model, tokenizer, *_, seed):
        """Pairs of similar lengths together."""
        return translation_batches(translation_pairs(rows, tokenizer), self.tokens_per_batch, seed)

    def sample(self, exam):
        """The first pairs."""
        return exam.select(range(min(self.sampled, len(exam))))

    def evaluate(self, exam, model, tokenizer, *_):
        """BLEU and exact match of a greedy search."""
        return plain(evaluate_translator(model, tokenizer, exam))

    def further(self, exam, model, tokenizer, *_):
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
