"""Why an answer is wrong: a known mistake, an argument handed back, a slip, or what the result is of the true one."""

import contextlib
import inspect
import io
import time
import warnings
from itertools import combinations

from course_lib.errors import CourseError
from course_lib.exercises.parts import beside, is_common
from course_lib.exercises.patterns import pattern, pattern_of_cases
from course_lib.exercises.slips import slips
from course_lib.exercises.values import agrees, as_tensor

SECONDS = 15  # of a processor, for a search among slips
CLOSE = 1e-3  # how near a number must be that comes of a slip


def reason_of(exercise, answer, failed, cases, given, part):
    """Why an answer is wrong that gives `given` for the case that `failed`, first in this `part`; None if unknown."""
    known = cause_of(exercise, answer, failed, cases, part) or handed_back(exercise, failed, of_part([given], part)[0])
    if known or not exercise.wants_a_function:  # what numbers have in common says more of one value than of many cases
        return known or seen(exercise, answer, cases, part) or slip_of(exercise, answer, failed, cases, part)
    return (
        slip_of(exercise, answer, failed, cases, part)
        or two_of(exercise, answer, failed, cases, part)
        or seen(exercise, answer, cases, part)
    )


def cause_of(exercise, answer, failed, cases, part):
    """The mistake that gives what the answer gives, in every case or else in the one that failed; None if none does.

    If `part` of a dict is what is wrong first, a mistake in other parts is no cause; one that gives the same part in
    every case is, whatever it makes of the others.
    """
    with contextlib.suppress(Exception), quietly():  # an answer may not work a second time
        given, cases = given_to(exercise, answer, failed, cases)
        alone = [] if len(cases) > 1 and is_easily_alike(given[0], part) else [(given[:1], None)]
        everywhere = [(given, None), (given, part)] if len(given) == len(cases) else []
        for results, of in everywhere + alone:
            for cause, wrong in exercise.mistakes:
                if leads_to(results, exercise, wrong, cases, part, of):
                    return cause
    return None


def slip_of(exercise, answer, failed, cases, part):
    """The slip in the solution that gives what the answer gives in every case for which it works; None if none does.

    Of a value, which is one case, only a number counts that hardly comes out by chance. The search ends after some
    `SECONDS`, since some solutions are whole trainings.
    """
    end = time.process_time() + SECONDS
    with contextlib.suppress(Exception), quietly():
        given, cases = given_to(exercise, answer, failed, cases)
        drawn = exercise.wants_a_function
        tolerance = exercise.tolerance if drawn else min(exercise.tolerance, CLOSE)
        is_sure = len(given) == len(cases) if drawn else has_rare_numbers(*of_part(given, part))
        if is_sure or (drawn and not is_easily_alike(given[0], part)):
            for of in dict.fromkeys((None, part)):
                for cause, wrong in slips(exercise.truth):
                    if time.process_time() > end:
                        return None
                    if leads_to(given, exercise, wrong, cases, part, of, tolerance):
                        return cause
    return None


def two_of(exercise, answer, failed, cases, part):
    """Two edits of the solution that together give what the answer gives in every case; None if none do."""
    end = time.process_time() + SECONDS
    with contextlib.suppress(Exception), quietly():
        given, cases = given_to(exercise, answer, failed, cases)
        for (cause, edit), (other_cause, other) in combinations(exercise.edits, 2):
            if time.process_time() > end or len(given) < len(cases):
                return None
            with contextlib.suppress(CourseError, SyntaxError):  # the two may change the same place
                if leads_to(given, exercise, (edit + other).of(exercise.truth), cases, part, part):
                    return f"two things: {cause}; and {other_cause}"
    return None


def given_to(exercise, answer, failed, cases):
    """What an answer gives for all cases, and these, the one that failed first; for it alone, if the answer does not
    work for every case."""
    cases = [failed, *(case for case in cases if case is not failed)]
    given = [exercise.apply(answer, failed)]
    with contextlib.suppress(Exception):
        given += [exercise.apply(answer, case) for case in cases[1:]]
    return given, cases


def leads_to(given, exercise, wrong, cases, part, of, tolerance=None):
    """Whether a mistake gives the same, in what is looked at: the whole, or a part of it. It must have the `part`."""
    tolerance = tolerance or exercise.tolerance
    with contextlib.suppress(Exception):  # a mistake may not work for every case
        results = ((one, exercise.apply(wrong, case)) for one, case in zip(given, cases, strict=False))
        return all(
            (part is None or part in result) and agrees(*of_part([one, result], of), tolerance)
            for one, result in results
        )
    return False


def handed_back(exercise, case, given):
    """That a result is nothing but one of the arguments, in words; None if it is not."""
    for name, handed in zip(names_of(exercise), case, strict=False):
        numbers = as_tensor(handed)
        if numbers is not None and numbers.numel() > 1 and agrees(given, handed, exercise.tolerance):
            return f"this is `{name}` as it was handed in"
    return None


def seen(exercise, answer, cases, part):
    """What all wrong results have in common with the true ones, in words; None if nothing."""
    pairs = []
    with contextlib.suppress(Exception), quietly():  # an answer may not work for every case
        for case in cases:
            pairs.append([exercise.apply(answer, case), exercise.true_value(case)])
    wrong = [of_part(pair, part) for pair in pairs]
    wrong = [pair for pair in wrong if not agrees(*pair, exercise.tolerance)]
    found = {pattern(*pair, exercise.tolerance) for pair in wrong}
    alike = found.pop() if len(found) == 1 else None
    return beside(pairs, part, exercise.tolerance) or alike or pattern_of_cases(wrong)


def of_part(results, part):
    """The same part of several results; None stands for the whole."""
    return results if part is None else [result.get(part) for result in results]


def is_easily_alike(value, part):
    """Whether one case proves nothing: two mistakes often lead to the same word, or to the same single number."""
    value = value if part is None else value.get(part)
    numbers = as_tensor(value)
    return not isinstance(value, dict) and (numbers is None or numbers.numel() < 2)


def has_rare_numbers(value):
    """Whether a value is a number, or several, that hardly comes out by chance."""
    numbers = as_tensor(value)
    return numbers is not None and numbers.numel() > 0 and not is_common(numbers, least=200)


def names_of(exercise):
    """What the arguments of a case are called: by how an answer is tried, or else by the answer itself."""
    _, *names = inspect.signature(exercise.run).parameters.values()
    if any(name.kind is name.VAR_POSITIONAL for name in names):
        names = inspect.signature(exercise.truth).parameters.values()
    return [name.name for name in names]


@contextlib.contextmanager
def quietly():
    """What an answer prints on the way is not part of the verdict; nbgrader takes a warning for a failure."""
    with (
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(io.StringIO()),
        warnings.catch_warnings(action="ignore"),
    ):
        yield
