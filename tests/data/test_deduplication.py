"""Duplicates: found however they look, near ones by their n-grams, and never where texts only share words."""

import random

import numpy as np
import pytest

from course_lib.data.deduplication import (
    MinHash,
    contamination,
    exact_duplicates,
    jaccard,
    near_duplicates,
    ngrams,
    normalize,
)
from course_lib.errors import CourseError

DRAW = random.Random(0)
WORDS = [f"word{number}" for number in range(997)]


def texts(count, length=61):
    return [" ".join(DRAW.choices(WORDS, k=length)) for _ in range(count)]


def with_changes(text, count):
    """`text` with `count` of its words replaced by one that is in no other text, evenly spread."""
    words = text.split()
    for place in range(0, len(words), len(words) // count)[:count]:
        words[place] = "new"
    return " ".join(words)


def test_case_punctuation_and_spaces_do_not_count_letters_do():
    assert normalize("  Um é,\n um! ") == normalize("um é um") == "um é um"
    assert normalize("um e um") != normalize("um é um")


def test_ngrams_are_the_runs_of_n_words_and_a_short_text_is_one():
    assert ngrams("A b, a B a", 2) == {"a b", "b a"}
    assert ngrams("a b c", 3) == ngrams("a b c", 7) == {"a b c"}
    assert len(ngrams("", 3)) == 1


def test_the_first_of_equal_texts_is_kept_and_the_others_point_to_it():
    assert exact_duplicates(["a b", "c", "A, b!", "a b c", "a  b", "C"]) == {2: 0, 4: 0, 5: 1}


@pytest.mark.parametrize("changes", [1, 3, 7])
def test_signatures_agree_as_often_as_the_sets_overlap(changes):
    sign = MinHash(size=1000)
    (text,) = texts(1)
    a, b = ngrams(text, 3), ngrams(with_changes(text, changes), 3)
    assert np.mean(sign(a) == sign(b)) == pytest.approx(jaccard(a, b), abs=0.06)  # four standard deviations


def test_a_signature_depends_on_the_seed_and_on_nothing_else():
    grams = ngrams(texts(1)[0], 3)
    assert np.array_equal(MinHash(seed=1)(grams), MinHash(seed=1)(sorted(grams)))
    assert not np.array_equal(MinHash(seed=1)(grams), MinHash(seed=2)(grams))


def test_near_duplicates_are_found_and_point_to_the_earlier_text():
    corpus = texts(53)
    planted = dict(enumerate(range(0, 53, 5), start=53))
    corpus += [with_changes(corpus[original], 3) for original in planted.values()]
    assert near_duplicates(corpus) == planted


def test_what_overlaps_less_than_the_threshold_is_no_duplicate():
    (text,) = texts(1)
    other = with_changes(text, 7)
    overlap = jaccard(ngrams(text, 3), ngrams(other, 3))
    assert near_duplicates([text, other], threshold=overlap - 0.01, bands=128) == {1: 0}
    assert near_duplicates([text, other], threshold=overlap + 0.01, bands=128) == {}


def test_bands_that_do_not_fit_are_an_error():
    with pytest.raises(CourseError, match="size must be a multiple of bands.* got 128 and 3"):
        near_duplicates(["a"], bands=3)


def test_contamination_is_the_share_of_a_test_text_that_was_seen():
    known, new = texts(2, length=40)
    half = " ".join(known.split()[:20] + new.split()[:20])
    shares = contamination([known], [known.upper(), new, half], n=5)
    assert shares[:2] == [1.0, 0.0]
    assert shares[2] == pytest.approx(16 / 36)  # of the 20 known words, 16 begin a known run of five
