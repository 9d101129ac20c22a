"""Why an answer is wrong: a known mistake, an argument handed back, a slip, or what the result is of the true one.

What the answer gave is known here; it is not called again. The whole search is bounded, since some solutions are whole
trainings: what is cheap comes first.
"""

import contextlib
import inspect
import time
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

import torch

from course_lib.errors import CourseError
from course_lib.workshop.exercises.case_patterns import apart
from course_lib.workshop.exercises.exercise import Exercise
from course_lib.workshop.exercises.kind_patterns import EMPTY, is_empty, pattern_of_infinite
from course_lib.workshop.exercises.parts import beside, is_common
from course_lib.workshop.exercises.patterns import pattern, pattern_of_cases
from course_lib.workshop.exercises.shape_patterns import EXCHANGED, is_exchanged
from course_lib.workshop.exercises.slips import slips
from course_lib.workshop.exercises.solutions import source_of, text_of
from course_lib.workshop.exercises.values import agrees, as_tensor
from course_lib.workshop.exercises.written import function_in, shows, unused
from course_lib.workshop.remote import Raised, Stopped, limited, quietly

SECONDS = 3  # of a processor, for the whole search
REMEMBERS = "called twice on the same case, this gives two results: it remembers earlier calls, or draws numbers"
CLOSE = 1e-3  # how near a number must be that comes of a slip


@dataclass(frozen=True)
class Failure:
    """A wrong answer.

    Args:
        exercise: what it answers.
        cases: what it was tried on, first the case that failed.
        given: the result for each of these cases; for the first alone if the answer does not work for every case.
        trues: the true result for each case.
        part: which part of a dict is wrong first; None for the whole.
        codes: the text of each function of the answer; none of a value.
        remembers: whether the answer gives another result for the same case when it is tried once more.
        end: when the search for a reason must end, in seconds of the processor; not every system stops it by itself.
    """

    exercise: Exercise
    cases: list[tuple[Any, ...]]
    given: list[Any]
    trues: list[Any]
    part: Hashable
    codes: Sequence[str] = ()
    remembers: bool = False
    end: float = field(default_factory=lambda: time.process_time() + SECONDS)

    @classmethod
    def of(cls, exercise, cases, given, trues, index, part, codes, remembers):
        """Return the failure of the case with this index."""
        first = lambda values: [values[index], *values[:index], *values[index + 1 :]]  # noqa: E731
        return cls(exercise, first(cases), first(given), first(trues), part, codes, remembers)

    @property
    def works(self):
        """Whether the answer gave a result for every case."""
        return len(self.given) == len(self.cases) and not any(isinstance(one, Raised) for one in self.given)

    @property
    def pairs(self):
        """What was given for each case, and what is true."""
        return [*zip(self.given, self.trues, strict=False)]

    @property
    def is_infinite(self):
        """Whether NaN or infinite numbers are given where the true ones are finite; slips that lead there are alike."""
        given, true = (as_tensor(value) for value in of_part([self.given[0], self.trues[0]], self.part))
        return pattern_of_infinite(given, true) is not None

    @property
    def results(self):
        """What can be compared: the results for all cases, or else for the one that failed."""
        return self.given if self.works else self.given[:1]


def reason_of(failure):
    """Return why an answer is wrong, in words; None if no reason is found."""
    with quietly():
        with contextlib.suppress(Stopped), limited(SECONDS):
            for find in SEARCHES[failure.exercise.wants_a_function]:
                with contextlib.suppress(Exception):  # a mistake may not work, and a result may be anything
                    if found := find(failure):
                        return found
        for find in (remembers, never_used, seen, along_an_axis, sorted_apart):
            with contextlib.suppress(Exception):
                if found := find(failure):
                    return found
    return None


def known(failure):
    """Return the mistake that gives what the answer gives, in every case or else in the one that failed.

    If a part of a dict is what is wrong first, a mistake in other parts is no cause; one that gives the same part in
    every case is, whatever it makes of the others.
    """
    given, part = failure.results, failure.part
    alone = [] if len(failure.cases) > 1 and is_easily_alike(given[0], part) else [(given[:1], None)]
    everywhere = [(given, None), (given, part)] if failure.works else []
    for results, of in everywhere + alone:
        for cause, wrong in failure.exercise.wrong_answers:
            if leads_to(wrong, failure, results, of):
                return cause
    return None


def slipped(failure):
    """Return the slip in the solution that gives what the answer gives in every case for which it works.

    The code of a function must show it, too. Of a value, which is one case, only a number counts that hardly comes out
    by chance.
    """
    exercise, given, part = failure.exercise, failure.results, failure.part
    drawn = exercise.wants_a_function
    tolerance = exercise.tolerance if drawn else min(exercise.tolerance, CLOSE)
    if failure.is_infinite:
        return None
    is_sure = failure.works if drawn else has_rare_numbers(*of_part(given, part))
    if is_sure or (drawn and not is_easily_alike(given[0], part)):
        for of in dict.fromkeys((None, part)):
            for slip in slips(exercise.truth):
                if leads_to(slip.wrong, failure, given, of, tolerance) and (not drawn or slip.is_in(failure.codes)):
                    return slip.cause
    return None


def never_used(failure):
    """Return, in words, which arguments a function of the answer never uses, if the solution uses them.

    If the wrong part bears the name of a function, it is this one; the others may be right in a way of their own.
    """
    truth = failure.exercise.truth
    solutions = {each.__name__: each for each in (truth if isinstance(truth, tuple) else (truth,))}
    for (name, solution), code in zip(solutions.items(), failure.codes, strict=True):
        answer, is_other = function_in(code), failure.part in solutions and failure.part != name
        if answer and not is_other and (names := unused(answer, function_in(source_of(solution)))):
            return f"your `{name}` never uses {', '.join(map('`{}`'.format, names))}"
    return None


def two(failure):
    """Return two edits of the solution that its code shows, and that together give what it gives in every case."""
    exercise = failure.exercise
    for (cause, edit), (other_cause, other) in (
        combinations(exercise.edits, 2) if failure.works and not failure.is_infinite else ()
    ):
        with contextlib.suppress(CourseError, SyntaxError):  # the two may change the same place
            both, truth = edit + other, exercise.truth
            is_shown = shows(failure.codes, both.text_of(truth), text_of(truth))
            if is_shown and leads_to(both.of(truth), failure, failure.given, failure.part):
                return f"two things: {cause}; and {other_cause}"
    return None


def leads_to(wrong, failure, results, of, tolerance=None):
    """Return whether a mistake gives these results, in a part or in the whole. It must have the part that is wrong."""
    if time.process_time() > failure.end:
        raise Stopped
    exercise, part, tolerance = failure.exercise, failure.part, tolerance or failure.exercise.tolerance
    with contextlib.suppress(Exception):  # a mistake may not work for every case
        made = ((one, exercise.result(wrong, case)) for one, case in zip(results, failure.cases, strict=False))
        return all(
            (part is None or part in result) and agrees(*of_part([one, result], of), tolerance) for one, result in made
        )
    return False


def empty(failure):
    """Return, in words, that there is nothing in a result; many mistakes would fit it."""
    given, true = of_part([failure.given[0], failure.trues[0]], failure.part)
    return EMPTY if is_empty(given) and not is_empty(true) else None


def remembers(failure):
    """Return, in words, that the answer depends on more than its arguments."""
    return REMEMBERS if failure.remembers else None


def handed_back(failure):
    """Return, in words, that a result is nothing but one of the arguments."""
    exercise, (given,) = failure.exercise, of_part(failure.given[:1], failure.part)
    for name, handed in zip(names_of(exercise), failure.cases[0], strict=False):
        numbers = as_tensor(handed)
        if numbers is not None and numbers.numel() > 1 and agrees(given, handed, exercise.tolerance):
            return f"this is `{name}` as it was handed in"
    return None


def exchanged(failure):
    """Return, in words, that all results are the true ones with the last two axes exchanged."""
    pairs = [of_part(pair, failure.part) for pair in zip(failure.results, failure.trues, strict=False)]
    pairs = [pair for pair in pairs if not agrees(*pair, failure.exercise.tolerance)]
    return EXCHANGED if all(is_exchanged(*map(as_tensor, pair)) for pair in pairs) else None


def seen(failure):
    """Return what all wrong results have in common with the true ones, in words."""
    tolerance = failure.exercise.tolerance
    pairs = [pair for pair in failure.pairs if not isinstance(pair[0], Raised)]
    wrong = [of_part(pair, failure.part) for pair in pairs]
    wrong = [pair for pair in wrong if not agrees(*pair, tolerance)]
    found = {pattern(*pair, tolerance) for pair in wrong}
    alike = found.pop() if len(found) == 1 else None
    of_all = pattern_of_cases(wrong) if len(wrong) == len(pairs) else None  # where a case is right, it may be chance
    return beside(pairs, failure.part, tolerance) or alike or of_all


def along_an_axis(failure):
    """Return, in words, that of some axis only the first place is right, or only the last one is wrong."""
    tolerance, names = failure.exercise.tolerance, failure.exercise.axes.split()
    pairs = [map(as_tensor, of_part(pair, failure.part)) for pair in failure.pairs if not isinstance(pair[0], Raised)]
    right = [torch.isclose(*pair, rtol=tolerance, atol=tolerance, equal_nan=True) for pair in pairs]
    wrong = [each for each in right if not each.all()]
    for axis, name in enumerate(names or map("axis {}".format, range(min(each.dim() for each in wrong)))):
        places = [each.movedim(axis, 0).flatten(1).all(1) for each in wrong]
        if sum(len(each) - 1 for each in places) > 1:  # in a single one it may be chance
            if all(each[0] and not each[1:].any() for each in places):
                return f"right for {name} 0, and for no other" if names else f"right at the first place of {name} alone"
            if all(each[:-1].all() and not each[-1] for each in places):
                return f"wrong for the last {name} alone" if names else f"wrong at the last place of {name} alone"
    return None


def sorted_apart(failure):
    """Return, in words, what sets the cases apart in which the answer is right."""
    tolerance, part = failure.exercise.tolerance, failure.part
    pairs = [of_part(pair, part) if not isinstance(pair[0], Raised) else (None, 0) for pair in failure.pairs]
    is_right = [agrees(*pair, tolerance) for pair in pairs]
    return apart(names_of(failure.exercise), failure.cases, is_right) if len(pairs) == len(failure.cases) else None


SEARCHES = {  # what numbers have in common says more of one value than of many cases
    True: (known, remembers, handed_back, exchanged, slipped, two),
    False: (empty, known, handed_back, seen, slipped),
}


def of_part(results, part):
    """Return the same part of several results; None stands for the whole."""
    return results if part is None else [result.get(part) for result in results]


def is_easily_alike(value, part):
    """Return whether one case proves nothing: two mistakes often lead to the same word, or the same single number."""
    value = value if part is None else value.get(part)
    numbers = as_tensor(value)
    return not isinstance(value, dict) and (numbers is None or numbers.numel() < 2)


def has_rare_numbers(value):
    """Return whether a value is a number, or several, that hardly comes out by chance."""
    numbers = as_tensor(value)
    return numbers is not None and numbers.numel() > 0 and not is_common(numbers, least=200)


def names_of(exercise):
    """Return the names of a case's arguments: those of how an answer is tried, or else of the answer itself."""
    _, *names = inspect.signature(exercise.run).parameters.values()
    if any(name.kind is name.VAR_POSITIONAL for name in names):
        names = inspect.signature(exercise.truth).parameters.values()
    return [name.name for name in names]
