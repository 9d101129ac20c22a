"""The contestants take turns, and what counts is the median of their ratios."""

from course_lib.workshop.benchmarks.rounds import compare, speed, speed_for, take_turns


def test_the_contestants_take_turns_after_one_round_that_does_not_count():
    turns = []
    results = take_turns(2, {name: lambda name=name: turns.append(name) or len(turns) for name in "ab"})
    assert turns == list("ababab")
    assert results == {"a": [3, 5], "b": [4, 6]}


def test_the_ratio_is_the_median_of_the_rounds_and_the_last_one_is_the_baseline():
    rows = compare({"fast": [2.0, 30.0, 4.0], "slow": [1.0, 10.0, 4.0]}, "speed")
    assert rows == [{"name": "fast", "speed": 4.0, "ratio": 2.0}, {"name": "slow", "speed": 4.0, "ratio": 1.0}]


def test_one_step_is_made_however_short_the_time():
    made = []
    assert speed_for(1e-9, lambda: made.append(1) or 7) > 0
    assert made


def test_a_rate_is_what_was_done_by_the_time_that_passed():
    ticks = iter([10.0, 10.0, 11.0, 13.0])
    assert speed_for(2.5, lambda: 6, clock=lambda: next(ticks)) == 12 / 3


def test_the_speed_of_a_run_is_its_amount_by_its_time():
    runs = []
    assert 0 < speed(5, lambda: runs.append(sum(range(10_000)))) < 5e9
    assert len(runs) == 1
