"""What an exercise is: the true answer, the cases it is tried on, and the mistakes that can be recognized."""

import copy
import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from course_lib.errors import CourseError
from course_lib.workshop.exercises.mistakes import mistakes_in, read_mistakes
from course_lib.workshop.exercises.solutions import Edit
from course_lib.workshop.exercises.values import returned
from course_lib.workshop.remote.attempts import applied


def call(answer, *case):
    """Apply an answer that is a function."""
    return answer(*case)


def itself(answer):
    """Return an answer that is a value; a solution is a function that computes it."""
    return answer() if callable(answer) else answer


@dataclass(frozen=True, kw_only=True)
class Exercise:
    """One exercise of a lesson.

    Args:
        id: lesson and number, "01.3".
        title: its title in the notebook.
        points: what a right answer is worth. If its results are dicts, a wrong one is worth the share of the parts that
            are right in every case; any other wrong answer is worth nothing.
        truth: the solution: a function of a case, or several; or a function of nothing, when the answer is a value. Its
            text is what the sheet shows as the solution.
        mistakes: pairs of a cause, in the student's terms, and what this mistake is: an `Edit` of the solution, or the
            answer that it leads to. The cause may name an axis in braces; the index at which the answer is first wrong
            takes its place. Of a dict of values, a mistake holds only those that it changes; `ANY_OTHER` stands for
            whatever is not the true one, and comes last of a part. Those of a lesson stand in its table (mistakes.py);
            only those that no table can say stand in its module.
        cases: seed -> the argument tuples that an answer is tried on. None when the answer is a value.
        run: how an answer is applied to a case: `run(answer, *case)`.
        axes: the names of the result's axes, "query key".
        tolerance: how far a number may lie from the true one, relative to 1 + its size.
    """

    id: str
    title: str
    points: int
    truth: Callable
    mistakes: Sequence[tuple[str, Any]] = ()
    cases: Callable | None = None
    run: Callable = call
    axes: str = ""
    tolerance: float = 1e-4

    @property
    def edits(self):
        """The mistakes that are edits of the solution."""
        return [(cause, wrong) for cause, wrong in self.mistakes if isinstance(wrong, Edit)]

    @cached_property
    def wrong_answers(self):
        """The mistakes as answers: pairs of a cause and an answer. Raises CourseError where an edit does not fit."""
        return [(cause, wrong.of(self.truth) if isinstance(wrong, Edit) else wrong) for cause, wrong in self.mistakes]

    @property
    def wants_a_function(self):
        """Whether the answer is tried on cases, or is itself the value."""
        return self.cases is not None

    def draw_cases(self, seeds):
        """All cases of these seeds; a value has one, without arguments."""
        return [case for seed in seeds for case in self.cases(seed)] if self.wants_a_function else [()]

    @property
    def apply(self):
        """How an answer is applied to a case: `apply(answer, *case)`."""
        return self.run if self.wants_a_function else itself

    def result(self, answer, case):
        """Return what `answer` gives for a case. Raises what it raises."""
        value = applied(answer, self.apply, copy.deepcopy(case))
        return returned(value) if self.wants_a_function else value

    def true_value(self, case):
        """The right result for a case."""
        return self.result(self.truth, case)


@cache
def exercises_of(lesson):
    """The exercises of a lesson, by its two digits, with the mistakes of its table: {"01.1": Exercise, ...}.

    Raises CourseError if it has none.
    """
    try:
        module = importlib.import_module(f"course_lib.workshop.exercises.lesson_{lesson}")
    except ModuleNotFoundError:
        raise CourseError(f'no exercises for lesson "{lesson}"; expected its two digits, such as 01') from None
    rows = read_mistakes(Path(module.__file__))
    return {exercise.id: with_mistakes(exercise, rows.get(exercise.id, ())) for exercise in module.EXERCISES}


def with_mistakes(exercise, rows):
    """An exercise with the mistakes of its table, and behind them those that it has already."""
    return replace(exercise, mistakes=[*mistakes_in(rows, exercise.truth), *exercise.mistakes])


def find_exercise(exercise_id):
    """The exercise with this id. Raises CourseError with those of its lesson."""
    exercises = exercises_of(exercise_id.partition(".")[0])
    if exercise_id not in exercises:
        raise CourseError(f'no exercise "{exercise_id}"; expected one of {", ".join(exercises)}')
    return exercises[exercise_id]
