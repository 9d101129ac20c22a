"""Data sets, tokenizers and batches."""

from course_lib.data.augmentation import RandomViews
from course_lib.data.batching import TranslationBatch, TranslationBatches, collate, pad_left
from course_lib.data.characters import CharacterTokenizer, WindowBatches
from course_lib.data.chat import ROLES, ChatTemplate, conversation, fit_context
from course_lib.data.corruption import CorruptSpans, MaskTokens, TextBatch, TextBatches, predict_next
from course_lib.data.dialogues import load_dialogues
from course_lib.data.image_processor import ImageProcessor
from course_lib.data.images import check_classes, load_captions, load_images
from course_lib.data.met_words import MetWords
from course_lib.data.packing import PackedBatch, PackedBatches
from course_lib.data.pairs import PreferenceBatch, PreferenceBatches
from course_lib.data.picture_batches import CaptionBatch, CaptionBatches, PictureBatch, PictureBatches
from course_lib.data.pictures import open_picture
from course_lib.data.preferences import load_preferences
from course_lib.data.sources import load_source
from course_lib.data.stories import load_stories
from course_lib.data.tokenizer import BOS, EOS, PAD, Tokenizer
from course_lib.data.translations import load_translations, train_translation_tokenizer, translation_batches
from course_lib.data.visual_batches import VisualBatch, VisualBatches, VisualExample, visual_examples
from course_lib.data.visual_chat import VisualChatTemplate, visual_conversation
from course_lib.data.visual_dialogues import load_visual_dialogues
from course_lib.data.visual_pairs import VisualPreferenceBatch, VisualPreferenceBatches

__all__ = [
    "BOS",
    "EOS",
    "CaptionBatch",
    "CaptionBatches",
    "CharacterTokenizer",
    "ChatTemplate",
    "CorruptSpans",
    "ImageProcessor",
    "MaskTokens",
    "MetWords",
    "PAD",
    "PackedBatch",
    "PackedBatches",
    "PictureBatch",
    "PictureBatches",
    "PreferenceBatch",
    "PreferenceBatches",
    "ROLES",
    "RandomViews",
    "TextBatch",
    "TextBatches",
    "Tokenizer",
    "TranslationBatch",
    "TranslationBatches",
    "VisualBatch",
    "VisualBatches",
    "VisualChatTemplate",
    "VisualExample",
    "VisualPreferenceBatch",
    "VisualPreferenceBatches",
    "WindowBatches",
    "check_classes",
    "collate",
    "conversation",
    "fit_context",
    "load_captions",
    "load_dialogues",
    "load_images",
    "load_preferences",
    "load_source",
    "load_stories",
    "load_translations",
    "load_visual_dialogues",
    "open_picture",
    "pad_left",
    "predict_next",
    "train_translation_tokenizer",
    "translation_batches",
    "visual_conversation",
    "visual_examples",
]
