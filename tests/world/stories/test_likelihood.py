"""The exact probabilities of stories, against how often they are told."""

import math
from collections import Counter
from functools import cache
from itertools import pairwise

import pytest

from course_lib.errors import CourseError
from course_lib.world.rng import Rng
from course_lib.world.stories import story_losses
from course_lib.world.stories.lazy_tale import LazyTale
from course_lib.world.stories.likelihood import END, tales_like
from course_lib.world.stories.story import Tale

DRAWN = 4001
losses_of = cache(story_losses)  # of the same stories in two tests


def words_of(tale):
    return tuple(word for word, _ in tale.teller.spelled())


def lazily_told(rng):
    tale = LazyTale(rng)
    tale.tell()
    return tale


@pytest.fixture(scope="module")
def told():
    """Many stories, each as its words."""
    rng = Rng(3)
    return [words_of(Tale(rng)) for _ in range(DRAWN)]


@pytest.fixture(scope="module")
def likely(told):
    """Stories that are quickly scored."""
    return [words for words in told if "near" not in words][:5]


def is_chance(count, expected):
    """Whether a count is within five standard deviations of what is expected."""
    return abs(count - expected) < 5 * math.sqrt(expected) + 3


def test_a_lazy_tale_says_pairs_of_words_as_often_as_one_whose_cast_is_drawn_at_once(told):
    rng = Rng(4)
    lazy = [words_of(lazily_told(rng)) for _ in range(DRAWN)]
    counts, others = (Counter(pair for words in tales for pair in set(pairwise(words))) for tales in (told, lazy))
    assert len(counts) > 1000
    for pair in counts | others:
        mean = (counts[pair] + others[pair]) / 2
        assert abs(counts[pair] - others[pair]) < 5 * math.sqrt(2 * mean) + 3, pair


def test_the_probabilities_of_all_that_may_be_told_sum_to_one(likely):
    for words in likely:
        assert math.fsum(probability for _, probability in tales_like([*words, END])) == pytest.approx(1)


def test_a_beginning_is_told_as_often_as_it_is_probable(told, likely):
    for words in likely:
        losses = losses_of(words)
        for length in range(1, len(words)):
            count = sum(other[:length] == words[:length] for other in told)
            assert is_chance(count, DRAWN * math.exp(-math.fsum(losses[:length])))


def test_each_word_and_the_end_have_a_loss_that_is_not_negative(likely):
    for words in likely:
        losses = losses_of(words)
        assert len(losses) == len(words) + 1 and min(losses) > -1e-9


def test_what_is_never_told_is_named(likely):
    with pytest.raises(CourseError, match="begins with .*wrong"):
        story_losses([*likely[0][:5], "wrong", *likely[0][5:]])
    with pytest.raises(CourseError):
        story_losses(likely[0][:5])
