"""A plan: one budget, and a learning rate that rises and falls over it."""

import json
from dataclasses import replace

import pytest

from course_lib.errors import CourseError
from course_lib.training import Plan


@pytest.mark.parametrize(
    "budget", [{}, {"steps": 3, "minutes": 1}, {"steps": 0}, {"steps": -1}, {"minutes": 0}, {"minutes": -0.5}]
)
def test_a_plan_has_exactly_one_budget_above_zero(budget):
    with pytest.raises(CourseError, match="must have either steps or minutes greater than 0, got"):
        Plan(**budget)


@pytest.mark.parametrize("bad", [{"warmup": 1.0}, {"warmup": -0.1}, {"average": 1.0}, {"accumulate": 0}])
def test_a_plan_that_could_not_learn_is_refused(bad):
    value = next(iter(bad.values()))
    with pytest.raises(CourseError, match=f"warmup and average must be at least 0 and less than 1, .* got .*{value}"):
        Plan(steps=3, **bad)


@pytest.mark.parametrize("precision", ["fp16", "float32", None], ids=str)
def test_a_precision_that_is_not_there_is_refused(precision):
    with pytest.raises(CourseError, match=f'precision must be "no" or "bf16", got {precision!r}'):
        Plan(steps=3, precision=precision)


def test_progress_is_the_share_of_steps_or_of_seconds():
    assert [Plan(steps=8).progress(step, seconds=99) for step in (0, 2, 8, 9)] == [0.0, 0.25, 1.0, 1.0]
    assert [Plan(minutes=2).progress(99, seconds) for seconds in (0, 30, 120, 130)] == [0.0, 0.25, 1.0, 1.0]


def test_the_learning_rate_rises_to_its_peak_and_falls_to_zero_in_straight_lines():
    plan = Plan(steps=1, learning_rate=8.0, warmup=0.2)
    rates = [plan.rate(progress) for progress in (0.0, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0)]
    assert rates == pytest.approx([0.0, 2.0, 4.0, 8.0, 6.0, 4.0, 2.0, 0.0])


def test_without_warmup_it_starts_at_the_peak():
    plan = Plan(steps=1, learning_rate=8.0, warmup=0.0)
    assert [plan.rate(progress) for progress in (0.0, 0.5, 1.0)] == [8.0, 4.0, 0.0]


def test_a_plan_as_plain_values_makes_the_same_plan_again():
    plan = Plan(minutes=3, learning_rate=0.1, betas=(0.8, 0.9))
    values = json.loads(json.dumps(plan.as_dict()))
    assert replace(Plan(**values), betas=plan.betas) == plan
