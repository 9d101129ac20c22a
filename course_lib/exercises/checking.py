"""Trying an answer: on every case, against the truth, and if it fails, against the mistakes that are known."""

import os
from collections import defaultdict
from collections.abc import Hashable
from dataclasses import dataclass

from course_lib.exercises.causes import names_of, quietly, reason_of
from course_lib.exercises.exercise import find_exercise
from course_lib.exercises.values import first_difference, is_missing, show
from course_lib.remote import in_words
from course_lib.remote.clocks import Stopped, limited

SEED = "COURSE_EXERCISE_SEED"  # set while submissions are graded: cases that nobody has seen
EXAMS = "9"  # with which the ids of an exam's questions begin; the course knows no answers to them
SECONDS = 60  # of a processor, for one check
EMPTY = lambda: None  # noqa: E731  as short as a function can be
TRIES = defaultdict(set)  # what was said of wrong answers to a part of an exercise since Python was started


@dataclass(frozen=True)
class Verdict:
    """What became of an answer: its points, the reason, and which part of a dict is wrong first."""

    points: int
    message: str
    part: Hashable = None


def check(exercise_id, answer):
    """Try `answer`, print what came out, and return its points: the number that nbgrader takes as the score.

    An answer to a question of an exam is recorded, and judged after it was handed in: it has no points here.
    """
    if exercise_id.startswith(EXAMS):
        return record(exercise_id, answer)
    exercise = find_exercise(exercise_id)
    tells = lambda part: exercise.wants_a_function or len(TRIES[exercise_id, part]) >= 2  # noqa: E731
    try:
        with limited(SECONDS):
            verdict = examine(exercise, answer, tells)
    except Stopped as reason:
        verdict = Verdict(0, f"not right yet\n  your code {reason}, and was stopped; is there an endless loop?")
    if not verdict.points:
        TRIES[exercise_id, verdict.part].add(verdict.message)
    print(f"{exercise_id} {verdict.message}")
    return verdict.points


def record(exercise_id, answer):
    """Say whether there is an answer."""
    empty = is_missing(answer) or (has_code(answer) and is_empty(answer))
    print(f"{exercise_id} {'not attempted yet' if empty else 'recorded'}")


def has_code(answer):
    """Whether an answer is a function, or several."""
    return all(hasattr(part, "__code__") for part in (answer if isinstance(answer, tuple) else (answer,)))


def seeds():
    """Three seeds for the cases: everybody's, or the grader's."""
    first = int(os.environ.get(SEED, "1"))
    return range(first, first + 3)


def examine(exercise, answer, tells=lambda part: True):
    """The `Verdict` on an answer to `exercise`; `tells(part)` is whether it says the true value of a part."""
    if is_missing(answer):
        return Verdict(0, "not attempted yet")
    if exercise.wants_a_function and (borrowed := the_courses_own(answer)):
        return Verdict(0, f"not right yet: {borrowed} is the course's own; write yours")
    cases = exercise.draw_cases(seeds())
    for number, case in enumerate(cases, start=1):
        where = f" (case {number} of {len(cases)}: {describe(exercise, case)})" if case else ""
        try:
            with quietly():
                given = exercise.apply(answer, case)
        except (Exception, SystemExit) as error:
            return Verdict(0, f"not right yet{where}\n  {in_words(error)}")
        if is_missing(given) and not exercise.wants_a_function:
            return Verdict(0, "not attempted yet")
        if is_missing(given) and is_empty(answer):
            return Verdict(0, "not attempted yet (it returns None)")
        if is_missing(given):
            return Verdict(0, f"not right yet{where}\n  your function returns None; is there a `return` on every way?")
        true = exercise.true_value(case)
        if difference := first_difference(given, true, exercise.tolerance, exercise.axes.split()):
            part = difference.part
            cause = reason_of(exercise, answer, case, cases, given, part)
            reasons = [cause.format_map(Places(difference.place))] if cause else []
            said = [f"not right yet{where}", *reasons, difference.in_words(tells(part))]
            return Verdict(0, "\n  ".join(said), part)
    on = f", on all {len(cases)} cases" if exercise.wants_a_function else ""
    return Verdict(exercise.points, f"right{on}: {exercise.points} of {exercise.points} points")


def the_courses_own(answer):
    """The name of what an answer takes from the library instead of being written; None if it takes nothing."""
    for part in answer if isinstance(answer, tuple) else (answer,):
        if (getattr(part, "__module__", None) or "").startswith("course_lib.") and hasattr(part, "__name__"):
            return part.__name__
    return None


def is_empty(answer):
    """Whether nothing was written into the function, or functions, of an answer."""
    codes = [getattr(part, "__code__", None) for part in (answer if isinstance(answer, tuple) else (answer,))]
    return all(code is None or len(code.co_code) <= len(EMPTY.__code__.co_code) for code in codes)


class Places(dict):
    """The index of each axis, for the sentences that name it; an axis that has none keeps its name."""

    def __missing__(self, axis):
        return axis


def describe(exercise, case):
    """A case in words: x = a 2 × 3 tensor, heads = 2."""
    return ", ".join(f"{name} = {show(value)}" for name, value in zip(names_of(exercise), case, strict=False))
