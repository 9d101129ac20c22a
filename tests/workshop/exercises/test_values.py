"""Numbers are compared whatever they are wrapped in, and a difference says where it is."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
import torch

from course_lib.workshop.exercises.patterns import pattern
from course_lib.workshop.exercises.shape_patterns import EXCHANGED
from course_lib.workshop.exercises.values import Text, first_difference, returned
from course_lib.workshop.remote import is_missing

TRUE = torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])


def difference(given, true=TRUE, axes=()):
    found = first_difference(given, true, 1e-4, axes)
    return found and found.in_words()


@pytest.mark.parametrize(
    "given",
    [
        TRUE.tolist(),
        TRUE.numpy(),
        TRUE.flip(1).numpy()[:, ::-1],
        TRUE.int(),
        TRUE.half(),
        TRUE.double().requires_grad_(),
        TRUE.T.contiguous().T,
        list(TRUE),
        [[torch.tensor(x) for x in row] for row in TRUE.tolist()],
        [np.array(row) for row in TRUE.tolist()],
        ((1, 2, 3), [4.0, np.float32(5), torch.tensor(6)]),
        [range(1, 4), (Fraction(8, 2), Decimal("5.0"), 6)],
        TRUE + 1e-5,
    ],
    ids=str,
)
def test_the_same_numbers_are_the_same_in_any_wrapping(given):
    assert difference(given) is None


def test_half_precision_is_given_the_digits_that_it_has():
    true = torch.linspace(0, 1, 97)
    assert difference(true.bfloat16(), true) is None
    assert difference(true.double(), true.half()) is None
    assert difference(true + 0.01, true)
    assert difference((1.015 * true).bfloat16(), true)
    assert difference((1.002 * true).half(), true)


@pytest.mark.parametrize("true", [21_650, [21_650, 3], torch.tensor([3, 21_650]), {"a": 21_650}])
def test_a_whole_number_is_compared_exactly_however_large_it_is(true):
    def moved(value, by):
        if isinstance(value, dict):
            return {name: moved(part, by) for name, part in value.items()}
        return torch.as_tensor(value) + by * (torch.as_tensor(value) > 3)

    assert difference(moved(true, 0.0), true) is None
    assert difference(moved(true, 1), true) and difference(moved(true, -1), true)
    assert difference(21_651.0, 21_650.0) is None


def test_the_first_difference_is_named_by_its_axes():
    given = TRUE.clone()
    given[1, 0] = 7
    assert difference(given, axes=("query", "key")) == "query 1, key 0: yours is 7, the true value is 4"
    assert difference(given) == "at [1, 0]: yours is 7, the true value is 4"


def test_yes_and_no_are_shown_as_such():
    assert difference([1, 0], [True, False]) is None
    assert difference([1, 1], [True, False]) == "at [1]: yours is True, the true value is False"


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        (torch.tensor([1, 0]), "int64"),
        (torch.tensor([0, -torch.inf]), "float32"),
        (np.array([1, 0]), "int64"),
        ([1, 0], "int"),
        ("True", "str"),
    ],
)
def test_a_mask_holds_true_and_false_and_no_numbers(given, kind):
    true = torch.tensor([True, False])
    assert difference(given, true) == f"this must hold True and False, yours holds {kind}"
    for same in (true, true.numpy(), true.tolist(), list(true), list(true.numpy())):
        assert difference(same, true) is None


def test_a_text_that_a_function_returned_is_compared_to_the_letter():
    true = returned({"text": "On the beach.", "texts": ["A", "B"], "set": {"Yes"}})
    assert difference(returned({"text": "On the beach.", "texts": ("A", "B"), "set": ["Yes"]}), true) is None
    for part, wrong in (
        ("text", "on the beach."),
        ("text", ["On the beach."]),
        ("texts", ["A", "b"]),
        ("set", {"yes"}),
    ):
        assert difference(returned({**true, part: wrong}), true)


@pytest.mark.parametrize(
    ("given", "true", "text"),
    [
        (TRUE[0], TRUE, "yours has the shape 3, the true one has the shape 2 × 3"),
        ("many", torch.ones(3, 3), "yours is 'many', the true value is a 3 × 3 tensor"),
        ([[1, 2], [3]], TRUE, "yours is [[1, 2], [3]], the true value is [[1, 2, 3], [4, 5, 6]]"),
        ("half", [1 / 3, 2 / 3], "yours is 'half', the true value is [0.3333, 0.6667]"),
        (torch.tensor([1.0, float("nan")]), [1, 2], "at [1]: yours is nan, the true value is 2"),
        ({"a": 1}, {"a": 1, "b": 2}, "b is still missing"),
        ({"a": 1, "b": None}, {"a": 1, "b": 2}, "b is still missing (it is None)"),
        ({"a": 1, "b": 3}, {"a": 1, "b": 2}, "b: yours is 3, the true value is 2"),
        (5, {"a": 1}, "yours is 5, expected a dict with a"),
        ("Dog", "cat", "yours is 'Dog', the true value is 'cat'"),
        ({"x"}, {"x", "y"}, "yours is {x}, the true value is {x, y}"),
        ({}, set(), "yours is dict, the true value is set()"),
        (8.0, 9, "yours is 8, the true value is 9"),
    ],
)
def test_what_differs_is_said(given, true, text):
    assert text in difference(given, true)


@pytest.mark.parametrize(
    ("given", "true"),
    [
        (" CAT ", "cat"),
        ("The dog  sleeps.", "the dog sleeps ."),
        (["the", "dog", "sleeps", "."], "the dog sleeps ."),
        (["b", "a"], {"a", "b"}),
        ("BA", {"a", "b"}),
        ("B, A", {"a", "b"}),
        ([(0, 1)], {(0, 1)}),
        (torch.tensor([[0, 1], [2, 3]]), {(2, 3), (0, 1)}),
        ({(0, torch.tensor(1))}, {(0, 1)}),
        (torch.arange(3), {0, 1, 2}),
        (np.array([2.0, 1.0]), {1, 2}),
        (set(torch.tensor([1, 2])), {1, 2}),
        ({1.0, np.int64(2)}, {1, 2}),
        (range(2), {0, 1}),
    ],
)
def test_words_and_sets_are_compared_without_their_dress(given, true):
    assert difference(given, true) is None


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (3 * TRUE, "every number is 3 times the true one"),
        (-TRUE, "every number is -1 times the true one"),
        (TRUE.flip(0), "these are the right numbers in another order"),
        (TRUE.reshape(3, 2), "these are the right numbers in another shape"),
        (TRUE / 0 * 0, "there is NaN in it"),
        (TRUE + 1, "every number is 1 too large"),
        (TRUE * torch.tensor([[1], [-1]]), "not all signs"),
        (TRUE * torch.tensor([[2], [3]]), "each row is right but for a factor of its own"),
        (TRUE * torch.tensor([2, 3, 4]), "each column is right but for a factor of its own"),
        (torch.full((2, 3), 3.0), "all your numbers are the same"),
        (TRUE + torch.tensor([0, 2, 2]), "some numbers are right, and all others 2 too large"),
        (TRUE.mean(0), "these are means of the right numbers"),
        (TRUE.sum(1), "these are sums of the right numbers"),
        (TRUE.T, "the last two axes are exchanged"),
        (TRUE[:1], "1 of 2 are missing, at the end; all others are right"),
        (TRUE[:, 1:], "1 of 3 along axis 1 are missing, at the beginning; all others are right"),
        (TRUE[:, :1].expand(2, 4), "one is too many along axis 1"),
        (TRUE[0], "an axis is missing"),
        (TRUE[None] + 1, "there is an axis too many"),
        (TRUE.softmax(-1), "there is a softmax too many"),
        (TRUE.cumsum(-1), "these are running sums of the right numbers"),
        (TRUE * torch.tensor([[1, 1, 0], [1, 0, 1]]), "something is 0 that should not be; all else is right"),
        (torch.cat([TRUE[:1], TRUE]), "1 of 3 are too many, at the beginning; all others are right"),
    ],
)
def test_what_all_numbers_have_in_common_is_seen(given, says):
    assert says in pattern(given, TRUE, 1e-4)


@pytest.mark.parametrize(
    ("given", "true", "says"),
    [
        (-3, 3, "the sign is turned"),
        (40.0, 0.4, "percent and share"),
        (0.25, 25, "share and percent"),
        (1.4427, 1.0, "bits and nats"),
        (0.4, 2.5, "upside down"),
        (5.0, 2.5, "twice"),
        (8, 4, None),
        (True, False, None),
        (3.0, float("inf"), None),
        (3.0, float("nan"), None),
        (7, 3, None),
        (12, 11, "one too many"),
        (4, 3, None),
        (2048, 2, None),
        (5000, 5120, "they are too few"),
        (0.441, 0.4735, None),
        ("0.7675", 0.7675, "this is a text; write numbers without quotation marks"),
        ("76.75%", 0.7675, "this is a text; write numbers without quotation marks"),
        ("many", 0.7675, "this is a text; a number was meant"),
        (0.36, 0.64, "1 minus"),
        (9, 9.375, "rounded down"),
        (0, 0.6792, None),
        (4.953, 1.6, "e to the power"),
        (0, 0.3, None),
    ],
)
def test_what_a_single_number_is_of_the_true_one_is_seen_if_it_is_no_chance(given, true, says):
    found = pattern(given, true, 1e-4)
    assert says in found if says else found is None


@pytest.mark.parametrize(
    ("given", "true", "says"),
    [
        ([0, 1, 4, 9], [1, 4, 9, 16], "one place too late"),
        ([4, 9, 16, 0], [1, 4, 9, 16], "one place too early"),
        ([False, True, True], [True, False, False], "exchanged"),
        ([True, False, True], [False, True, True], None),
        ([1, 2, 3], [1.5, 2.25, 3.75], "the numbers are rounded down"),
        ([0, 0, 0], [0.5, 0.25, 0.75], None),
        (4, [4, 4, 4, 4], None),
        ([5, 5, 5, 5], [4, 4, 4, 4], "every number is 1.25 times the true one"),
        ([[1, 2], [0, 9], [8, 0]], [[1, 2], [3, 4], [5, 6]], "the first row is right, and no other"),
        ([[1, 2], [3, 4], [8, 0]], [[1, 2], [3, 4], [5, 6]], "all rows are right but the last one"),
        ([[9, 0], [3, 4], [5, 6]], [[1, 2], [3, 4], [5, 6]], "all rows are right but the first one"),
        ([[1, 2, 9], [3, 4, 7]], [[1, 2, 3], [3, 4, 5]], "all places along axis 1 are right but the last one"),
        ([1, 0, 3, 2], [1, 0, 3, 0], "something is not 0 that should be"),
        ([0, 1, 0, 3], [-2, 1, -1, 3], "what is below 0 is cut off"),
        ({1, 2}, {1, 2, 3}, "some are missing, and none is too many"),
        ([1, 2, 3], {1, 2}, "some are too many, and none is missing"),
        ({1, 4}, {1, 2}, None),
        ("One Open", Text("one open"), "only capitals or blanks differ; a text must be the same to the letter"),
        (["one open"], Text("one open"), "this is a list; the text alone was meant"),
        ("two open", Text("one open"), None),
        ([[1, 0], [1, 1]], torch.tensor([[True, False], [True, True]]), "a comparison, such as `>`, gives True"),
    ],
)
def test_how_a_list_went_wrong_is_seen(given, true, says):
    found = pattern(given, true, 1e-4)
    assert says in found if says else found is None


def test_a_transposed_square_is_seen_and_noise_is_not():
    square = torch.arange(9.0).reshape(3, 3)
    assert pattern(square.T, square, 1e-4) == EXCHANGED
    assert pattern(torch.rand(3, 3), square, 1e-4) is None


@pytest.mark.parametrize(("value", "missing"), [(None, True), (..., True), ([None, ...], True), ({"a": None}, True)])
def test_nothing_is_missing(value, missing):
    assert is_missing(value) == missing


@pytest.mark.parametrize("value", [0, False, "", [], {}, set(), [None, 1], torch.zeros(0)])
def test_zero_and_empty_are_answers(value):
    assert not is_missing(value)


@pytest.mark.parametrize(
    ("given", "true", "says"),
    [
        ([float("nan"), 1.0], [2.0, 1.0], "there is NaN in it"),
        (float("inf"), 2.0, "there is an infinite number in it"),
        (["1.5", "2"], [1.5, 2.0], "write numbers without quotation marks"),
        (["a", "2"], [1.5, 2.0], "a number was meant"),
        ({1.0, 2.0}, [2.0, 1.0], "a set has no order"),
        (["A", "B"], "A", "these are several; one of them was meant"),
        ([0.1, 0.5], [0.137, 0.463], "they are too few"),
        (137.0, 137.4, "rounded"),
        (1400, 1371.5, "they are too few"),
        ([0.1, 0.6], [0.137, 0.463], None),
        ([["1", "2"], ["3", "4"]], [[1, 2], [3, 4]], "write numbers without quotation marks"),
        (25.79, 25, "a whole number was meant"),
        (24.2, 25, "a whole number was meant"),
        (2.147, 2147, "a factor of 1,000"),
        ([1 + 2j, 3 + 0j], [1.0, 3.0], "complex numbers"),
        (1e9, float("inf"), "a large number is not infinity"),
        ("", "cat", "this text is empty"),
        ("cat or dog", "cat", "one was meant"),
        ("cat", ["cat", "dog"], "a list was meant"),
        ({"a": 1, "b": float("nan")}, {"a": 1, "b": 2.0}, "there is NaN in it"),
        ("A", "B", None),
    ],
)
def test_a_value_of_another_kind_is_told_which_kind_was_meant(given, true, says):
    found = pattern(given, true, 1e-4)
    assert says in found if says else found is None
