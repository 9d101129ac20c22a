"""Data sets, tokenizers and batches."""

from course_lib.data.batching import TranslationBatch, TranslationBatches, collate
from course_lib.data.corruption import CorruptSpans, MaskTokens, TextBatch, TextBatches, predict_next
from course_lib.data.sources import load_source
from course_lib.data.stories import load_stories
from course_lib.data.tokenizer import BOS, EOS, PAD, Tokenizer
from course_lib.data.translations import load_translations, train_translation_tokenizer, translation_batches

__all__ = [
    "BOS",
    "EOS",
    "CorruptSpans",
    "MaskTokens",
    "PAD",
    "TextBatch",
    "TextBatches",
    "Tokenizer",
    "TranslationBatch",
    "TranslationBatches",
    "collate",
    "load_source",
    "load_stories",
    "load_translations",
    "predict_next",
    "train_translation_tokenizer",
    "translation_batches",
]
