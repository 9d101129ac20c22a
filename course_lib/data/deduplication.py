"""Find duplicates and near-duplicates in a corpus, and test texts that occur in the training data.

(Lee et al. 2022; Broder 1997)
"""

import random
import re
import zlib
from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np

from course_lib.errors import CourseError

PRIME = (1 << 31) - 1  # products of two smaller numbers fit into 64 bits


def normalize(text: str) -> str:
    """Return the words and numbers of `text` in lower case, separated by spaces."""
    return " ".join(re.findall(r"\w+", text.lower()))


def ngrams(text: str, n: int) -> set[str]:
    """Return the set of word n-grams of the normalized `text`. A text of fewer than n words gives one n-gram."""
    words = normalize(text).split()
    return {" ".join(words[i : i + n]) for i in range(max(1, len(words) - n + 1))}


def jaccard(a: set[str], b: set[str]) -> float:
    """Return the Jaccard similarity of two sets: the size of their intersection over the size of their union."""
    return len(a & b) / len(a | b)


def exact_duplicates(texts: Iterable[str]) -> dict[int, int]:
    """Find the texts that repeat an earlier text after `normalize`.

    Returns:
        A dict from the index of each repeated text to the index of its first occurrence.
    """
    first, repeats = {}, {}
    for index, text in enumerate(map(normalize, texts)):
        if first.setdefault(text, index) != index:
            repeats[index] = first[text]
    return repeats


class MinHash:
    """A function that computes MinHash signatures, from which we can estimate the Jaccard similarity of two sets.

    Each of `size` random hash functions maps every n-gram to a number, and the signature contains the smallest number
    for each function. Two sets have the same minimum if it belongs to an n-gram of both sets. The probability of this
    is their `jaccard` similarity, so the share of equal numbers in two signatures is an estimate of it.

    Args:
        size: the number of hash functions.
        seed: the seed of the hash functions.

    (Broder 1997)
    """

    def __init__(self, size: int = 128, seed: int = 0):
        draw = random.Random(seed)
        self.a = np.array([[draw.randrange(1, PRIME)] for _ in range(size)], dtype=np.uint64)
        self.b = np.array([[draw.randrange(PRIME)] for _ in range(size)], dtype=np.uint64)

    def __call__(self, grams: Iterable[str]) -> np.ndarray:
        """Return the signature of a set of n-grams, which consists of `size` numbers."""
        hashes = np.array([zlib.crc32(gram.encode()) for gram in grams], dtype=np.uint64) % PRIME
        return ((self.a * hashes + self.b) % PRIME).min(axis=1)


def near_duplicates(
    texts: Sequence[str], threshold: float = 0.5, n: int = 3, bands: int = 32, size: int = 128, seed: int = 0
) -> dict[int, int]:
    """Find the texts that are nearly the same as an earlier text.

    Comparing all pairs would take too long. Instead, each MinHash signature is cut into `bands`, and two texts are
    compared only if they agree in a whole band (locality-sensitive hashing). This is likely for similar texts and
    unlikely for others.

    Args:
        texts: the texts.
        threshold: the minimum `jaccard` similarity of near-duplicates.
        n: the number of words in an n-gram.
        bands: the number of bands. More bands find more duplicates, but need more comparisons.
        size: the number of hash functions.
        seed: the seed of the hash functions.

    Returns:
        A dict from the index of each near-duplicate to the index of the earlier text.

    Raises:
        CourseError: `size` is not a multiple of `bands`.
    """
    if size % bands:
        raise CourseError(
            f"size must be a multiple of bands, because all bands have the same length; got {size} and {bands}"
        )
    sets, sign = [ngrams(text, n) for text in texts], MinHash(size, seed)
    buckets, repeats = defaultdict(list), {}
    for index, grams in enumerate(sets):
        keys = [(number, band.tobytes()) for number, band in enumerate(np.split(sign(grams), bands))]
        earlier = sorted({other for key in keys for other in buckets[key]})
        original = next((other for other in earlier if jaccard(grams, sets[other]) >= threshold), None)
        if original is None:
            for key in keys:
                buckets[key].append(index)
        else:
            repeats[index] = original
    return repeats


def contamination(training: Iterable[str], test: Iterable[str], n: int = 13) -> list[float]:
    """Return the share of each test text's n-grams that occur in the training texts, from 0 to 1.

    Two texts can share a short n-gram by chance. The default of 13 words comes from the paper on GPT-3 (Brown et al.
    2020, appendix C).
    """
    known = set().union(*(ngrams(text, n) for text in training))
    return [len(grams & known) / len(grams) for grams in (ngrams(text, n) for text in test)]
