"""Data sets, tokenizers, chat templates, and batches for training and evaluation."""

from course_lib.data.augmentation import RandomViews
from course_lib.data.batches import Batches
from course_lib.data.characters import CharacterTokenizer, window_batches, windows_in_order
from course_lib.data.chat import PLACEHOLDER, ChatTemplate, Example, Template, scored_in_full
from course_lib.data.collate import (
    TranslationBatch,
    dialogue_batch,
    dialogue_batches,
    predict_next,
    text_batches,
    translation_batch,
    translation_batches,
)
from course_lib.data.corruption import CorruptSpans, MaskTokens
from course_lib.data.dialogues import conversation, easy_dialogues, load_dialogues
from course_lib.data.fitting import (
    fitting,
    fitting_captions,
    fitting_dialogues,
    fitting_preferences,
    fitting_translations,
)
from course_lib.data.image_processor import ImageProcessor
from course_lib.data.images import check_classes, load_captions, load_images
from course_lib.data.messages import ROLES, fit_context, pictures_of, questions_about, with_pictures
from course_lib.data.met_words import MetWords
from course_lib.data.packing import packed_batches
from course_lib.data.picture_batches import CaptionBatch, PictureBatch, caption_batches, picture_batches, prepared
from course_lib.data.picture_dialogues import (
    load_descriptions,
    load_picture_dialogues,
    picture_conversation,
    picture_examples,
    with_images,
)
from course_lib.data.pictures import open_picture
from course_lib.data.preference_pairs import (
    Preference,
    preference_batch,
    preference_batches,
    preference_examples,
    with_reference,
)
from course_lib.data.preferences import distinct_prompts, load_preferences
from course_lib.data.rows import TokenBatch, pad_left
from course_lib.data.sources import load_source
from course_lib.data.stories import load_stories
from course_lib.data.tokenizer import BOS, EOS, PAD, TextTokenizer, Tokenizer
from course_lib.data.translations import load_translations, train_translation_tokenizer, translation_pairs
