"""Data sets, tokenizers and batches."""

from course_lib.data.batching import TranslationBatch, TranslationBatches, collate, pad_left
from course_lib.data.characters import CharacterTokenizer, WindowBatches
from course_lib.data.chat import ROLES, ChatTemplate, conversation, fit_context
from course_lib.data.corruption import CorruptSpans, MaskTokens, TextBatch, TextBatches, predict_next
from course_lib.data.dialogues import load_dialogues
from course_lib.data.packing import PackedBatch, PackedBatches
from course_lib.data.pairs import PreferenceBatch, PreferenceBatches
from course_lib.data.preferences import load_preferences
from course_lib.data.sources import load_source
from course_lib.data.stories import load_stories
from course_lib.data.tokenizer import BOS, EOS, PAD, Tokenizer
from course_lib.data.translations import load_translations, train_translation_tokenizer, translation_batches

__all__ = [
    "BOS",
    "EOS",
    "CharacterTokenizer",
    "ChatTemplate",
    "CorruptSpans",
    "MaskTokens",
    "PAD",
    "PackedBatch",
    "PackedBatches",
    "PreferenceBatch",
    "PreferenceBatches",
    "ROLES",
    "TextBatch",
    "TextBatches",
    "Tokenizer",
    "TranslationBatch",
    "TranslationBatches",
    "WindowBatches",
    "collate",
    "conversation",
    "fit_context",
    "load_dialogues",
    "load_preferences",
    "load_source",
    "load_stories",
    "load_translations",
    "pad_left",
    "predict_next",
    "train_translation_tokenizer",
    "translation_batches",
]
