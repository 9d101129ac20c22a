"""Of ten rows, eight are for training, one for validation, one for the test; and equal rows stay together."""

import datasets
import pytest

from course_lib.data.shares import digests, share

SPLITS = "train", "validation", "test"


def test_of_ten_items_the_ninth_is_for_validation_and_the_tenth_for_the_test():
    assert [share("abcdefghij", split) for split in SPLITS] == [[*range(8)], [8], [9]]


@pytest.mark.parametrize("count", [1, 7, 23])
def test_every_item_is_in_one_split(count):
    assert sorted(sum((share(range(count), split) for split in SPLITS), [])) == [*range(count)]


def test_equal_items_are_in_the_same_split_wherever_they_are():
    items = "abcdefghijia"
    assert share(items, "validation") == [8, 10]
    assert share(items, "train")[-1] == 11


def test_more_items_leave_the_split_of_those_before_them():
    for split in SPLITS:
        assert share(range(31), split)[: len(share(range(17), split))] == share(range(17), split)


def test_rows_have_the_same_digest_if_they_are_equal():
    rows = datasets.Dataset.from_list([{"text": text, "n": n} for text, n in [("a", 1), ("a", 2), ("a", 1)]])
    first, second, third = digests(rows)
    assert first == third != second
