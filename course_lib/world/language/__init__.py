"""Sentences in Portuguese and English at once, from a lexicon and a grammar; the data set of translations."""

from course_lib.world.language.lexicon import LEXICON
from course_lib.world.language.phrases import split_words
from course_lib.world.language.translations import Pair, make_pairs
