"""No verdict is a lottery: an answer that is right is right on whatever cases a grader draws."""

import contextlib
import random
from functools import cached_property
from numbers import Number

import pytest

from course_lib.workshop.exercises.values import first_difference
from tests.workshop.exercises.test_answers import EXERCISES, known_mistakes, noted, right

DRAWN = [name for name, exercise in EXERCISES.items() if exercise.wants_a_function]
SEEDS = random.Random(4711).sample(range(10**4, 10**9), 200)  # secret ones: far from those of the students
TRAININGS = noted("TRAININGS")  # each answer trains a model


def cases_of(exercise):
    """All cases of all seeds with their seeds; of equal ones that are nothing but numbers, the first."""
    known = set()
    for seed in SEEDS:
        for case in exercise.cases(seed):
            plain = all(isinstance(part, Number) for part in case)
            if not plain or case not in known:
                yield seed, case
            if plain:
                known.add(case)


def difference(exercise, answer, case, true):
    """Where an answer and the truth part on a case, or None."""
    return first_difference(exercise.result(answer, case), true, exercise.tolerance, exercise.axes.split())


@pytest.mark.slow  # four minutes for all exercises together
@pytest.mark.parametrize("name", DRAWN)
def test_right_answers_are_accepted_under_two_hundred_secret_seeds(name):
    exercise, answers = EXERCISES[name], right(name)
    for seed, case in cases_of(exercise):
        true = exercise.true_value(case)
        differences = [difference(exercise, answer, case, true) for answer in answers]
        assert not any(differences), f"seed {seed}: {differences}"


class Tried:
    """A case that answers are tried on; the true result is computed when the first one is."""

    def __init__(self, exercise, case):
        self.exercise, self.case = exercise, case

    @cached_property
    def true(self):
        """Return the true result."""
        return self.exercise.true_value(self.case)

    def refuses(self, answer):
        """Return whether an answer is wrong on this case, or raises an error."""
        with contextlib.suppress(Exception):
            return difference(self.exercise, answer, self.case, self.true) is not None
        return True


def is_accepted(answer, cases):
    """Return whether no case refuses an answer; one that does moves to the front, because it often refuses others."""
    for number, case in enumerate(cases):
        if case.refuses(answer):
            cases.insert(0, cases.pop(number))
            return False
    return True


@pytest.mark.slow  # two minutes for all exercises together
@pytest.mark.parametrize("name", DRAWN)
def test_no_known_mistake_is_accepted_under_any_secret_seed(name):
    exercise = EXERCISES[name]
    for seed in SEEDS[: 10 if name in TRAININGS else 80]:
        cases = [Tried(exercise, case) for case in exercise.draw_cases(range(seed, seed + 3))]
        accepted = [cause for answer, cause in known_mistakes(exercise) if is_accepted(answer, cases)]
        assert accepted == [], f"seed {seed}"
