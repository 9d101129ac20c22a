"""Each exercise of each sheet tests a goal that its lesson names."""

import pytest

from course_lib.workshop.grading.goals import goals_in, goals_of, heads_of
from course_lib.workshop.lessons import LESSONS

WITH_EXERCISES = [f"{lesson.number:02}" for lesson in LESSONS[1:]]


@pytest.mark.parametrize("number", WITH_EXERCISES)
def test_every_exercise_tests_a_goal_and_every_goal_is_tested(number):
    tested = {exercise: goals_of(exercise) for exercise in heads_of(number)}
    assert tested and all(tested.values())
    assert {goal for goals in tested.values() for goal in goals} == set(goals_in(number))


def test_what_is_in_no_sheet_has_no_goals():
    assert goals_of("90.1") == goals_of("01.99") == []
