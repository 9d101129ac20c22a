"""The little world: a small synthetic world of people, animals, things, and places, and texts about them."""

from course_lib.world.language import LEXICON, Pair, make_pairs, split_words
from course_lib.world.rng import Rng
from course_lib.world.splits import fingerprint
