"""The cases of an exercise tell its solution from what only looks like it."""

import contextlib
from functools import partial
from itertools import accumulate, combinations

import pytest
import torch

from course_lib.workshop.exercises.causes import names_of, quietly
from course_lib.workshop.exercises.shown import is_whole
from course_lib.workshop.exercises.values import as_tensor, first_difference
from tests.workshop.exercises.lookalikes import as_numbers, given_away, lookalikes, other_texts
from tests.workshop.exercises.test_answers import EXERCISES, noted

FUNCTIONS = [name for name, exercise in EXERCISES.items() if exercise.wants_a_function]
HIDDEN = range(20_011, 20_014)
ALWAYS = noted("ALWAYS")  # parts that are the same for all right answers
ANY = noted("ANY")  # arguments that may be the same in all cases: inputs to try something on, and tools
ENDS = noted("ENDS")  # lists of which only the end counts, whatever comes before it
AUDITS = noted("AUDITS")  # what an answer is like, and nothing that it could return
READ_OFF = noted("READ_OFF")  # numbers that are read off a curve


def is_refused(exercise, answer, cases):
    """Whether an answer, a function of nothing but a case, is refused."""
    for case in cases:
        try:
            with quietly():
                given = exercise.result(answer, case)
        except Exception:
            return True
        if first_difference(given, exercise.true_value(case), exercise.tolerance):
            return True
    return False


def results(exercise):
    return [exercise.true_value(case) for case in exercise.draw_cases(HIDDEN)]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_no_lookalike_of_a_solution_is_accepted(name):
    exercise = EXERCISES[name]
    cases = exercise.draw_cases(HIDDEN)
    assert not is_refused(exercise, exercise.truth, cases)
    accepted = [what for what, answer in lookalikes(exercise.truth) if not is_refused(exercise, answer, cases)]
    assert accepted == []


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_mask_of_numbers_is_refused(name):
    exercise, true = EXERCISES[name], results(EXERCISES[name])
    for value in filter(has_masks, true):
        assert first_difference(as_numbers(value), value, exercise.tolerance)


def has_masks(value):
    parts = value.values() if isinstance(value, dict) else [value]
    return any(isinstance(part, torch.Tensor) and part.dtype is torch.bool for part in parts)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_text_that_a_function_returns_is_compared_to_the_letter(name):
    exercise, true = EXERCISES[name], results(EXERCISES[name])
    for value in filter(has_texts, true):
        for other in other_texts(value):
            assert first_difference(other, value, exercise.tolerance)


def has_texts(value):
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return isinstance(value, str) or any(map(has_texts, parts))


@pytest.mark.parametrize("name", [name for name in FUNCTIONS if isinstance(EXERCISES[name].truth, tuple)])
def test_no_function_of_an_answer_is_told_by_another_what_it_must_return(name):
    assert not set.intersection(*(given_away(EXERCISES[name], case) for case in EXERCISES[name].draw_cases(HIDDEN)))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_mask_that_is_handed_in_has_rows_that_differ_in_some_case(name):
    names = names_of(EXERCISES[name])
    cases = [dict(zip(names, case, strict=False)) for case in EXERCISES[name].draw_cases(HIDDEN)]
    masks = [case["mask"] for case in cases if case.get("mask") is not None]
    assert not masks or any(mask.shape[-2] == mask.shape[-1] > 1 and not mask.equal(mask.mT) for mask in masks)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_of_two_matrices_with_equal_columns_each_has_more_rows_in_some_case(name):
    names, cases = names_of(EXERCISES[name]), EXERCISES[name].draw_cases(HIDDEN)
    one_sided = []
    for a, b in combinations(range(len(names)), 2):
        pairs = [(case[a], case[b]) for case in cases if len(case) > b and is_matrix(case[a]) and is_matrix(case[b])]
        more = {len(first) > len(second) for first, second in pairs if len(first) != len(second)}
        if len(more) == 1 and all(first.shape[1:] == second.shape[1:] for first, second in pairs):
            one_sided.append((names[a], names[b]))
    assert one_sided == []


def is_matrix(value):
    return isinstance(value, torch.Tensor) and value.dim() > 1


@pytest.mark.parametrize("name", [name for name in FUNCTIONS if name not in AUDITS])
def test_an_answer_that_is_always_the_same_is_refused(name):
    exercise, (first, *others) = EXERCISES[name], results(EXERCISES[name])
    if not isinstance(first, dict):
        first, others = {"": first}, [{"": value} for value in others]
    for part in first.keys() - ALWAYS.get(name, set()):
        assert any(first_difference(value[part], first[part], exercise.tolerance) for value in others), part


@pytest.mark.parametrize("name", [name for name in FUNCTIONS if name not in AUDITS])
def test_an_answer_that_takes_an_argument_of_the_first_case_for_all_cases_is_refused(name):
    exercise, cases = EXERCISES[name], EXERCISES[name].draw_cases(HIDDEN)
    true = results(exercise)
    for place, argument in enumerate(names_of(exercise)):
        stuck = [(*case[:place], cases[0][place], *case[place + 1 :]) for case in cases if place < len(case)]
        alike = all(map(partial(agrees_with_solution, exercise), stuck, true))
        assert not stuck or not alike or argument in ANY.get(name, set()), argument


@pytest.mark.parametrize("name", [name for name in FUNCTIONS if name not in AUDITS])
def test_an_answer_that_still_knows_the_lists_of_earlier_cases_is_refused(name):
    exercise, cases = EXERCISES[name], EXERCISES[name].draw_cases(HIDDEN)
    true = results(exercise)
    for place, argument in enumerate(names_of(exercise)):
        if all(len(case) > place and isinstance(case[place], list) for case in cases):
            known = accumulate(case[place] for case in cases)
            longer = [(*case[:place], so_far, *case[place + 1 :]) for case, so_far in zip(cases, known, strict=True)]
            alike = all(map(partial(agrees_with_solution, exercise), longer, true))
            assert not alike or argument in ENDS.get(name, set()), argument


def agrees_with_solution(exercise, case, true):
    """Whether the solution gives this true result for a case; where it can't be computed, it does not."""
    with contextlib.suppress(Exception), quietly():
        return first_difference(exercise.true_value(case), true, exercise.tolerance) is None
    return False


@pytest.mark.parametrize("name", EXERCISES)
def test_a_whole_number_that_is_one_too_large_is_refused(name):
    exercise = EXERCISES[name]
    for value in results(exercise):
        for part in value.values() if isinstance(value, dict) else [value]:
            if is_whole(part) and as_tensor(part) is not None:
                assert first_difference(as_tensor(part) + 1, part, exercise.tolerance), part


@pytest.mark.parametrize("name", [name for name in EXERCISES if name not in (*FUNCTIONS, *READ_OFF)])
def test_a_number_that_is_a_tenth_too_large_is_refused(name):
    exercise = EXERCISES[name]
    for part, true in numbers_of(exercise.true_value(())).items():
        for place in (true.abs() > 0.05).nonzero().tolist():  # of smaller ones, a tenth may be lost in two decimals
            wrong = true.clone()
            wrong[tuple(place)] *= 1.1
            assert first_difference(wrong, true, exercise.tolerance), (part, place)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_numbers_are_large_beside_their_tolerance_in_some_case(name):
    exercise = EXERCISES[name]
    sizes = {}
    for value in results(exercise):
        for part, numbers in numbers_of(value).items():
            sizes.setdefault(part, []).append(numbers.abs().max().item() if numbers.numel() else 0)
    for part, largest in sizes.items():
        assert max(largest) > 50 * exercise.tolerance or not any(largest), part


def numbers_of(value):
    """The parts of a result that are numbers, as tensors; a result that is no dict is one part."""
    parts = value.items() if isinstance(value, dict) else [("", value)]
    tensors = ((name, as_tensor(part)) for name, part in parts)
    return {name: tensor for name, tensor in tensors if tensor is not None}
