"""Sentences in Portuguese and English, generated in parallel from a lexicon and a grammar; the translation data set."""

from course_lib.world.language.lexicon import LEXICON
from course_lib.world.language.phrases import split_words
from course_lib.world.language.translations import Pair, make_pairs
