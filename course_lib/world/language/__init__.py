"""The translation data set: Portuguese and English sentence pairs, generated from a lexicon and a grammar."""

from course_lib.world.language.lexicon import LEXICON
from course_lib.world.language.phrases import split_words
from course_lib.world.language.translations import Pair, make_pairs
