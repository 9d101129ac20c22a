"""The little world: one vocabulary of people, animals, things and places, and what is said about them."""

from course_lib.world.dice import Dice
from course_lib.world.lexicon import LEXICON
from course_lib.world.pairs import Pair, fingerprint, make_pairs
from course_lib.world.phrases import split_words

__all__ = ["LEXICON", "Dice", "Pair", "fingerprint", "make_pairs", "split_words"]
