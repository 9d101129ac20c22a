"""The translation data set: pairs of sentences without duplicates, in three splits.

The example on the slides, "este é o primeiro livro que eu fiz.", is in no split, and its combination of "fazer" (to do)
with "livro" (book) is held out from training. So a model that translates the example can't have memorized it.
"""

from dataclasses import dataclass
from functools import lru_cache, partial

from course_lib.world.language.lexicon import LEXICON
from course_lib.world.language.phrases import split_words
from course_lib.world.language.sentences import Sentence, say
from course_lib.world.rng import Rng
from course_lib.world.splits import Candidate, Group, check_split, digest, generate, is_held_out, normalize

QUOTAS = {
    ("train", ""): 40_000,
    ("validation", "sentence"): 900,
    ("validation", "combination"): 600,
    ("test", "sentence"): 1_800,
    ("test", "combination"): 1_200,
}
LONGEST = 15  # the maximum number of words in a Portuguese sentence, including the final punctuation mark
SLIDE = {"este é o primeiro livro que eu fiz", "this is the first book ive ever done"}
NOUN_OF = {form: noun.english for noun in LEXICON.nouns for form in (noun.word, noun.plural)}


@dataclass(frozen=True)
class Pair:
    """A sentence in Portuguese and English, in lower case, with its gold alignment.

    Args:
        alignment: index pairs (Portuguese, English) into the words that `split_words` returns.
        pattern: the name of the sentence pattern, such as "how many did you".
        held_out: why the sentence is not in training: "sentence" (a new sentence without held-out combinations),
            "combination" (a sentence with a held-out combination), or "" in the training split.
    """

    pt: str
    en: str
    alignment: tuple[tuple[int, int], ...]
    pattern: str
    held_out: str


def make_pairs(split: str = "train", seed: int = 0) -> list[Pair]:
    """Return the sentence pairs of a split: 40,000 for "train", 1,500 for "validation", and 3,000 for "test".

    Raises:
        CourseError: the split does not exist.
    """
    check_split(split)
    return list(pairs_by_split(seed)[split])


@lru_cache(maxsize=1)
def pairs_by_split(seed: int) -> dict[str, list[Pair]]:
    """Return the sentence pairs of each split. No two pairs have the same sentence, ignoring case and punctuation."""
    rng = Rng(seed)
    return generate(lambda: draw_candidate(rng), QUOTAS)


def draw_candidate(rng: Rng) -> Candidate[Pair]:
    """Return a random sentence as a candidate for the data set, skipping clumsy ones and the example on the slides."""
    while True:
        sentence = say(rng)
        sides = {normalize(sentence.pt), normalize(sentence.en)}
        if not is_clumsy(sentence) and not sides & SLIDE:
            return Candidate(groups_for(sentence), sides, partial(pair, sentence))


def pair(sentence: Sentence, held_out: str) -> Pair:
    """Create a `Pair` from a sentence and the reason why it is held out."""
    return Pair(sentence.pt, sentence.en, sentence.alignment, sentence.pattern, held_out)


def groups_for(sentence: Sentence) -> tuple[Group, ...]:
    """Return the groups that can contain the sentence. The first one with free space gets it."""
    if any(is_held_out(*combination) for combination in sentence.combinations):
        return ("test", "combination"), ("validation", "combination")
    if digest(normalize(sentence.pt)) % 12 == 0:
        return ("test", "sentence"), ("validation", "sentence")
    return (("train", ""),)


def is_clumsy(sentence: Sentence) -> bool:
    """Return True if a sentence is too long or contains two nouns with the same English translation."""
    words = split_words(sentence.pt)
    nouns = [NOUN_OF[word] for word in words if word in NOUN_OF]
    return len(words) > LONGEST or len(set(nouns)) < len(nouns)
