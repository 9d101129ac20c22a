"""What the studies of translators share: the pairs of the lessons, and a translator that learns them."""

from functools import cache

from course_lib.data import (
    Tokenizer,
    TranslationBatch,
    load_translations,
    train_translation_tokenizer,
    translation_batch,
    translation_batches,
    translation_pairs,
)
from course_lib.models import Translator, TranslatorConfig
from course_lib.objectives import TeacherForcing
from course_lib.workshop.studies.harness import fit


@cache
def tokenizer() -> Tokenizer:
    """That of the lessons."""
    return train_translation_tokenizer(load_translations("world", "train"), vocab_size=1500)


@cache
def pairs(split: str, count: int) -> list[tuple[list[int], list[int]]]:
    """`count` pairs of ids, from all over the split."""
    rows = load_translations("world", split)
    return translation_pairs(rows.select(range(0, len(rows), len(rows) // count)), tokenizer())


def evaluation_set(count: int) -> TranslationBatch:
    """Held-out pairs, as one batch."""
    return translation_batch(pairs("validation", count))


def trained(steps: int, rate: float, seed: int, **sizes: int) -> Translator:
    """A new translator that has learned 20,000 pairs, in batches of 1,000 tokens."""
    model = Translator(TranslatorConfig(vocab_size=len(tokenizer()), norm_first=True, **sizes))
    batches = translation_batches(pairs("train", 20000), 1000, seed)
    return fit(model, batches, TeacherForcing(), steps, rate, seed)
