"""Texts that occur twice, or nearly, and texts of the test set in the training set (Lee et al. 2022; Broder 1997)."""

import random
import re
import zlib
from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np

from course_lib.errors import CourseError

PRIME = (1 << 31) - 1  # products of two smaller numbers fit into 64 bits


def normalize(text: str) -> str:
    """The words and numbers of `text` in lower case, one space apart: what is left when looks don't count."""
    return " ".join(re.findall(r"\w+", text.lower()))


def ngrams(text: str, n: int) -> set[str]:
    """The set of runs of `n` words in the normalized `text`; a shorter text is one run."""
    words = normalize(text).split()
    return {" ".join(words[i : i + n]) for i in range(max(1, len(words) - n + 1))}


def jaccard(a: set[str], b: set[str]) -> float:
    """How much two sets overlap: the share of their union that is in both."""
    return len(a & b) / len(a | b)


def exact_duplicates(texts: Iterable[str]) -> dict[int, int]:
    """Which texts repeat an earlier one after `normalize`: {index: index of the first}."""
    first, repeats = {}, {}
    for index, text in enumerate(map(normalize, texts)):
        if first.setdefault(text, index) != index:
            repeats[index] = first[text]
    return repeats


class MinHash:
    """Sets as short lists of numbers that agree in about as many places as the sets overlap (Broder 1997).

    Each of `size` random functions gives every n-gram a number, and a set the smallest number of its n-grams. Two sets
    have the same smallest one exactly when it belongs to an n-gram of both: with a probability equal to `jaccard`.
    """

    def __init__(self, size: int = 128, seed: int = 0):
        draw = random.Random(seed)
        self.a = np.array([[draw.randrange(1, PRIME)] for _ in range(size)], dtype=np.uint64)
        self.b = np.array([[draw.randrange(PRIME)] for _ in range(size)], dtype=np.uint64)

    def __call__(self, grams: Iterable[str]) -> np.ndarray:
        """The signature of a set of texts: `size` numbers."""
        hashes = np.array([zlib.crc32(gram.encode()) for gram in grams], dtype=np.uint64) % PRIME
        return ((self.a * hashes + self.b) % PRIME).min(axis=1)


def near_duplicates(
    texts: Sequence[str], threshold: float = 0.5, n: int = 3, bands: int = 32, size: int = 128, seed: int = 0
) -> dict[int, int]:
    """Which texts nearly repeat an earlier one: {index: index of the earlier one}.

    Comparing all pairs would take too long. So each signature is cut into `bands`, and only texts that agree in a
    whole band are compared (locality-sensitive hashing): likely for pairs that overlap much, unlikely for others.

    Args:
        threshold: the least `jaccard` of the n-grams of near duplicates.
        n: words in an n-gram.
        bands, size: the number of bands, and of hashes in a signature; more bands miss less and compare more.
        seed: of the hash functions.

    Raises:
        CourseError: `size` is not a multiple of `bands`.
    """
    if size % bands:
        raise CourseError(f"a signature of {size} numbers can't be cut into {bands} equal bands")
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
    """For each test text, the share of its n-grams that occur in the training texts, from 0 to 1.

    Short n-grams are shared by chance; 13 words is the length of Brown et al. (2020, appendix C).
    """
    known = set().union(*(ngrams(text, n) for text in training))
    return [len(grams & known) / len(grams) for grams in (ngrams(text, n) for text in test)]
