"""Splits: candidates are dealt out until all quotas are met, and no two items of a data set share a text."""

from itertools import count, islice

import pytest

from course_lib.errors import CourseError
from course_lib.world.splits import SPLITS, Candidate, check_split, fingerprint, generate

TRAIN, TEST, VALIDATION = ("train", ""), ("test", "new"), ("validation", "new")
QUOTAS = {TRAIN: 7, VALIDATION: 2, TEST: 3}


def numbers(groups_for, texts_for=lambda number: {str(number)}):
    """Draws 0, 1, 2, ...; an item is a number and what it is held out for."""
    drawn = count()

    def draw():
        number = next(drawn)
        return Candidate(groups_for(number), texts_for(number), lambda held_out: (number, held_out))

    return draw


def test_each_group_gets_its_quota_and_the_first_choice_comes_first():
    splits = generate(numbers(lambda number: (TRAIN,) if number % 2 else (TEST, VALIDATION)), QUOTAS)
    assert splits == {
        "train": [(number, "") for number in range(1, 14, 2)],
        "validation": [(6, "new"), (8, "new")],
        "test": [(0, "new"), (2, "new"), (4, "new")],
    }


def test_what_shares_a_text_with_an_earlier_candidate_is_left_out_even_if_that_one_found_no_room():
    draw = numbers(lambda number: (TRAIN,) if number < 5 else (TEST,), lambda number: {str(number % 5), str(number)})
    with pytest.raises(StopIteration):  # 5 to 9 share a text with 0 to 4, of which only three found room
        generate(first(10, draw), {TRAIN: 3, TEST: 1})
    assert generate(draw, {TEST: 1})["test"] == [(10, "new")]


def first(number, draw):
    """The same draws, but no more than that many."""
    draws = islice(iter(draw, None), number)
    return lambda: next(draws)


@pytest.mark.parametrize("split", ["dev", "", None, 3])
def test_an_unknown_split_is_refused(split):
    with pytest.raises(CourseError, match=f'unknown split "{split}" of the little world: expected one of train, valid'):
        check_split(split)
    assert [check_split(known) for known in SPLITS] == [None] * 3


def test_the_fingerprint_depends_on_code_tables_and_drawings_of_every_room(tmp_path, monkeypatch):
    for file in ("splits.py", "stories/plot.py", "tables/nouns.csv", "scenes/drawings/cat.svg"):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text(file)
    monkeypatch.setattr("course_lib.world.splits.__file__", str(tmp_path / "splits.py"))
    found = {fingerprint()}
    for file in ("splits.py", "stories/plot.py", "tables/nouns.csv", "scenes/drawings/cat.svg"):
        (tmp_path / file).write_text("changed")
        found.add(fingerprint())
    assert len(found) == 5
