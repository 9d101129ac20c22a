"""Data sets, tokenizers and batches."""

from course_lib.data.batching import TranslationBatch, TranslationBatches, collate
from course_lib.data.sources import load_source
from course_lib.data.tokenizer import BOS, EOS, PAD, Tokenizer
from course_lib.data.translations import load_translations, train_translation_tokenizer, translation_batches

__all__ = [
    "BOS",
    "EOS",
    "PAD",
    "Tokenizer",
    "TranslationBatch",
    "TranslationBatches",
    "collate",
    "load_source",
    "load_translations",
    "train_translation_tokenizer",
    "translation_batches",
]
