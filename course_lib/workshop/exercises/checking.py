"""Trying an answer: on every case, against the truth, and if it fails, against the mistakes that are known."""

import math
import os
from collections import defaultdict
from collections.abc import Hashable
from dataclasses import dataclass, replace

from course_lib.errors import CourseError
from course_lib.workshop.exercises.causes import Failure, names_of, reason_of
from course_lib.workshop.exercises.exercise import find_exercise
from course_lib.workshop.exercises.shown import show
from course_lib.workshop.exercises.values import Difference, agrees, first_difference, returned
from course_lib.workshop.remote import Raised, attempt, is_missing, limited, quietly
from course_lib.workshop.remote.attempts import is_empty, parts_of

SEED = "COURSE_EXERCISE_SEED"  # set while submissions are graded: cases that nobody has seen
EXAMS = "9"  # with which the ids of an exam's questions begin; the course knows no answers to them
SECONDS = 60  # of a processor, for one check
WRONG_ANSWERS = defaultdict(set)  # to a part of an exercise, since Python was started
WRITES = "but it changes `{}` in place, which its caller may still need; better compute a new one"
BEFORE_TOLD = 2  # different wrong answers to a value before its true one is told


@dataclass(frozen=True)
class Verdict:
    """What became of an answer.

    Args:
        points: what it is worth; an answer of several parts has its share.
        message: the reason, for the student.
        part: which part of a dict is wrong first.
        given: the wrong answer to this part, as text.
    """

    points: float
    message: str
    part: Hashable = None
    given: str = ""


def check(exercise_id, answer):
    """Try `answer`, print what came out, and return its points: the number that nbgrader takes as the score.

    An answer to a question of an exam is recorded, and judged after it was handed in: it has no points here.
    """
    if exercise_id.startswith(EXAMS):
        return record(exercise_id, answer)
    exercise = find_exercise(exercise_id)
    tells = lambda part: exercise.wants_a_function or len(WRONG_ANSWERS[exercise_id, part]) >= BEFORE_TOLD  # noqa: E731
    verdict = examine(exercise, answer, tells)
    if verdict.given:
        WRONG_ANSWERS[exercise_id, verdict.part].add(verdict.given)
    print(f"{exercise_id} {verdict.message}")
    return verdict.points


def case(exercise_id, number):
    """Return the arguments of a case that a check names: `x, num_heads = check.case("01.3", 2)`.

    Raises CourseError if the exercise has no cases, or no case of this number.
    """
    exercise = find_exercise(exercise_id)
    cases = exercise.draw_cases(seeds()) if exercise.wants_a_function else []
    if number not in range(1, len(cases) + 1):
        raise CourseError(f"{exercise_id} has {len(cases)} cases, got the number {number}; count from 1")
    return cases[number - 1]


check.case = case


def record(exercise_id, answer):
    """Print whether there is an answer."""
    empty = is_missing(answer) or (has_code(answer) and is_empty(answer))
    print(f"{exercise_id} {'not attempted yet' if empty else 'recorded'}")


def has_code(answer):
    """Return whether an answer is a function, or several."""
    return all(hasattr(part, "__code__") for part in parts_of(answer))


def seeds():
    """Return three seeds for the cases: everybody's, or the grader's."""
    first = int(os.environ.get(SEED, "1"))
    return range(first, first + 3)


def examine(exercise, answer, tells=lambda part: True):
    """Return the `Verdict` on an answer to `exercise`; `tells(part)` is whether it says the true value of a part."""
    cases = exercise.draw_cases(seeds())
    with limited(SECONDS):
        tried = attempt(answer, exercise.apply, cases)
    return judge(exercise, cases, tried, tells, hint=True)


def judge(exercise, cases, tried, tells=lambda part: True, hint=False):
    """Return the `Verdict` on what came of an answer for these cases.

    Args:
        exercise: it knows the truth.
        cases: what the answer was tried on.
        tried: the `Attempt`.
        tells: whether the message says the true value of a part.
        hint: whether the message says how to get the case; the student's own check draws the same one.
    """
    if tried.borrowed:
        return Verdict(0, f"not right yet: {tried.borrowed} is the course's own; write yours")
    if not tried.given or (not exercise.wants_a_function and is_missing(tried.given[0])):
        return Verdict(0, "not attempted yet")
    if tried.is_empty and exercise.wants_a_function and all(map(is_missing, tried.given)):
        return Verdict(0, "not attempted yet (it returns None)")
    trues = [exercise.true_value(case) for case in cases]
    results = [*map(as_returned, tried.given)] if exercise.wants_a_function else tried.given
    for index, (given, true) in enumerate(zip(results, trues, strict=False)):
        if wrong := difference(exercise, given, true):
            failure = Failure.of(exercise, cases, results, trues, index, wrong.part, tried.codes, tried.remembers)
            return verdict_on(failure, wrong, index, tells, hint)
    on = f", on all {len(cases)} cases" if exercise.wants_a_function else ""
    note = f"\n  {WRITES.format(names_of(exercise)[tried.changed])}" if 0 <= tried.changed < len(cases[0]) else ""
    return Verdict(exercise.points, f"right{on}: {exercise.points} of {exercise.points} points{note}")


def as_returned(given):
    """Return a result, or what was `Raised`, with its texts marked as those of a function."""
    return replace(given, rest=returned(given.rest)) if isinstance(given, Raised) else returned(given)


def difference(exercise, given, true):
    """Return the first `Difference` between a result and the true one, or None."""
    if isinstance(given, Raised):
        return Difference(str(given), {})
    if is_missing(given):
        return Difference("your function returns None; does every path end with `return`?", {})
    try:
        with quietly():
            return first_difference(given, true, exercise.tolerance, exercise.axes.split())
    except Exception as error:  # a result may be anything
        return Difference(f"your result can't be compared: {type(error).__name__}: {error}"[:200], {})


def verdict_on(failure, wrong, index, tells, hint):
    """Return the `Verdict` on a wrong answer: its share of the points, the case, the cause, and the difference."""
    exercise, case = failure.exercise, failure.cases[0]
    right, count = right_parts(failure)
    points = math.floor(100 * exercise.points * right / count) / 100
    share = f", {right} of {count} parts right: {points:g} of {exercise.points} points" if right else ""
    place = f" (case {index + 1} of {len(failure.cases)}: {describe(exercise, case)})" if case else ""
    raised = isinstance(failure.given[0], Raised)
    cause = None if raised or wrong.is_missing else reason_of(failure)
    reasons = [cause.format_map(Places(wrong.place))] if cause else []
    said = [f"not right yet{share}{place}", *reasons, wrong.in_words(tells(wrong.part))]
    if case and hint:
        said.append(f'this case: {", ".join(names_of(exercise))} = check.case("{exercise.id}", {index + 1})')
    return Verdict(points, "\n  ".join(said), wrong.part, wrong.text)


def right_parts(failure):
    """Return how many parts of a dict are right in every case, and how many there are; another result is one part."""
    trues = failure.trues
    if not all(isinstance(true, dict) and true.keys() == trues[0].keys() for true in trues):
        return 0, 1
    rests = [one.rest if isinstance(one, Raised) else one for one in failure.given]
    pairs = [*zip(rests, trues, strict=False)] if len(rests) == len(trues) else []
    tolerance = failure.exercise.tolerance
    right = [name for name in trues[0] if pairs and all(has_right(name, *pair, tolerance) for pair in pairs)]
    return len(right), len(trues[0])


def has_right(name, given, true, tolerance):
    """Return whether a result has this part of the true one."""
    part = given.get(name) if isinstance(given, dict) else None
    return not is_missing(part) and agrees(part, true[name], tolerance)


class Places(dict):
    """The index of each axis, for the sentences that name it; an axis that has none keeps its name."""

    def __missing__(self, axis):
        return axis


def describe(exercise, case):
    """Return a case in words: x = a 2 × 3 tensor, heads = 2."""
    return ", ".join(f"{name} = {show(value)}" for name, value in zip(names_of(exercise), case, strict=False))
