"""The contestants take turns, and what counts is the median of their ratios."""

from course_lib.benchmarks.rounds import compare, take_turns


def test_the_contestants_take_turns_after_one_round_that_does_not_count():
    turns = []
    results = take_turns(2, {name: lambda name=name: turns.append(name) or len(turns) for name in "ab"})
    assert turns == list("ababab")
    assert results == {"a": [3, 5], "b": [4, 6]}


def test_the_ratio_is_the_median_of_the_rounds_and_the_last_one_is_the_baseline():
    rows = compare({"fast": [2.0, 30.0, 4.0], "slow": [1.0, 10.0, 4.0]}, "speed")
    assert rows == [{"name": "fast", "speed": 4.0, "ratio": 2.0}, {"name": "slow", "speed": 4.0, "ratio": 1.0}]
