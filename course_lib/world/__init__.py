"""The little world: one vocabulary of people, animals, things and places, and what is said about them."""

from course_lib.world.language import LEXICON, Pair, make_pairs, split_words
from course_lib.world.rng import Rng
from course_lib.world.splits import fingerprint
