"""The data set of translations: different sentence pairs in three splits.

The slide's "este é o primeiro livro que eu fiz." contains a held-out combination (fazer with livro), and the sentence
itself is in no split. So a model can translate it, but can't have memorized it.
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
LONGEST = 15
SLIDE = {"este é o primeiro livro que eu fiz", "this is the first book ive ever done"}
NOUN_OF = {form: noun.english for noun in LEXICON.nouns for form in (noun.word, noun.plural)}


@dataclass(frozen=True)
class Pair:
    """A sentence in Portuguese and English, in lower case, with its gold alignment.

    `alignment` contains index pairs (Portuguese, English) of the words of `split_words`. `held_out` is "" in training.
    In the other splits, it is "sentence" (new, but its combinations may be known) or "combination" (one of them is held
    out).
    """

    pt: str
    en: str
    alignment: tuple[tuple[int, int], ...]
    pattern: str
    held_out: str


def make_pairs(split: str = "train", seed: int = 0) -> list[Pair]:
    """Return the pairs of a split: 40,000 for "train", 1,500 for "validation", 3,000 for "test".

    Raises:
        CourseError: the split does not exist.
    """
    check_split(split)
    return list(pairs_by_split(seed)[split])


@lru_cache(maxsize=1)
def pairs_by_split(seed: int) -> dict[str, list[Pair]]:
    """Return the pairs of each split. No two pairs share a side, ignoring case and punctuation."""
    rng = Rng(seed)
    return generate(lambda: draw_candidate(rng), QUOTAS)


def draw_candidate(rng: Rng) -> Candidate[Pair]:
    """Return a sentence that is not clumsy and not the slide's."""
    while True:
        sentence = say(rng)
        sides = {normalize(sentence.pt), normalize(sentence.en)}
        if not is_clumsy(sentence) and not sides & SLIDE:
            return Candidate(groups_for(sentence), sides, partial(pair, sentence))


def pair(sentence: Sentence, held_out: str) -> Pair:
    """Return the `Pair` of a sentence."""
    return Pair(sentence.pt, sentence.en, sentence.alignment, sentence.pattern, held_out)


def groups_for(sentence: Sentence) -> tuple[Group, ...]:
    """Return the groups that can take the sentence, in order of preference."""
    if any(is_held_out(*combination) for combination in sentence.combinations):
        return ("test", "combination"), ("validation", "combination")
    if digest(normalize(sentence.pt)) % 12 == 0:
        return ("test", "sentence"), ("validation", "sentence")
    return (("train", ""),)


def is_clumsy(sentence: Sentence) -> bool:
    """Return True if a sentence is too long or names the same thing twice."""
    words = split_words(sentence.pt)
    nouns = [NOUN_OF[word] for word in words if word in NOUN_OF]
    return len(words) > LONGEST or len(set(nouns)) < len(nouns)
