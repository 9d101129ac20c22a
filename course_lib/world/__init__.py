"""Generators of texts and pictures about the *little world*, a small synthetic world of people, animals, and things.

Code and tables in this package generate all the data, so it needs no download, and its labels are exact.
"""

from course_lib.world.language import LEXICON, Pair, make_pairs, split_words
from course_lib.world.rng import Rng
from course_lib.world.splits import fingerprint
