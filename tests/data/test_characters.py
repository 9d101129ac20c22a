"""Characters: each has an id, and windows of their stream are learned from."""

import pytest
import torch

from course_lib.data import CharacterTokenizer, window_batches, windows_in_order
from course_lib.errors import CourseError

TEXT = "um é um,\ndois são dois."
LENGTH, ROWS = 5, 3


def stream(count):
    return list(range(3, 3 + count))


def windows(count=101, **settings):
    return window_batches(stream(count), LENGTH, ROWS, **settings)


def test_a_text_is_the_ids_of_its_characters_and_back():
    tokenizer = CharacterTokenizer(TEXT)
    assert tokenizer.decode(tokenizer.encode(TEXT)) == TEXT
    assert len(tokenizer.encode(TEXT)) == len(TEXT)
    assert len(tokenizer) == 3 + len(set(TEXT))
    assert min(tokenizer.encode(TEXT)) == 3


def test_special_tokens_are_no_text():
    tokenizer = CharacterTokenizer("ab")
    assert tokenizer.decode(torch.tensor([1, 3, 0, 4, 2])) == "ab"


def test_an_unknown_character_is_refused_by_its_name():
    with pytest.raises(CourseError, match="can't contain 'x'; use only the characters 'ab'"):
        CharacterTokenizer("abba").encode("abx")


def test_labels_are_the_tokens_one_place_later():
    batches = windows()
    for starts, seed in batches.epoch(0):
        batch = batches.batch((starts, seed))
        assert batch.tokens.shape == batch.labels.shape == (ROWS, LENGTH)
        assert batch.tokens[:, 0].tolist() == [3 + start for start in starts]
        assert torch.equal(batch.labels, batch.tokens + 1)
        assert batch.is_label.all()


def test_the_same_seed_gives_the_same_windows_and_another_epoch_or_seed_other_ones():
    epoch = windows(seed=1).epoch(2)
    assert windows(seed=1).epoch(2) == epoch
    assert windows(seed=1).epoch(3) != epoch != windows(seed=2).epoch(2)


def test_every_window_of_the_stream_can_be_drawn():
    batches = windows(count=LENGTH + 3)
    drawn = {start for number in range(50) for starts, _ in batches.epoch(number) for start in starts}
    assert drawn == {0, 1, 2}


@pytest.mark.parametrize("count", [LENGTH + 1, 2 * LENGTH, 7 * LENGTH + 1, 7 * LENGTH + 3])
def test_in_order_each_token_is_predicted_once_but_the_first_and_what_is_left(count):
    batches = windows_in_order(stream(count), LENGTH, ROWS)
    labels = [id for drawn in batches.epoch(0) for id in batches.batch(drawn).labels.flatten().tolist()]
    assert labels == list(range(4, 4 + (count - 1) // LENGTH * LENGTH))


def test_a_stream_shorter_than_a_window_is_refused():
    with pytest.raises(CourseError, match="at least 6 tokens for windows of 5, got 5"):
        windows(count=LENGTH)
