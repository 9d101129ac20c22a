"""A recurrent state gives back what was written last, for the rows that are kept."""

import pytest
import torch

from course_lib.errors import CourseError
from course_lib.nn import RecurrentState

EMPTY, MATRIX, TOKENS = torch.zeros(3, 2, 5), torch.randn(3, 2, 5), torch.randn(3, 7)


def test_before_the_first_token_it_is_empty():
    assert RecurrentState().read(EMPTY) == (EMPTY,)


def test_what_is_written_is_read_and_takes_its_bytes():
    state = RecurrentState()
    state.write(MATRIX, TOKENS)
    assert state.read(EMPTY, EMPTY) == (MATRIX, TOKENS)
    assert state.nbytes == 4 * (3 * 2 * 5 + 3 * 7)


def test_rows_are_kept_in_the_order_in_which_they_are_selected():
    state = RecurrentState()
    state.write(MATRIX, TOKENS)
    state.select(torch.tensor([2, 0]))
    matrix, tokens = state.read(EMPTY[:2], EMPTY[:2])
    assert torch.equal(matrix, MATRIX[[2, 0]]) and torch.equal(tokens, TOKENS[[2, 0]])


def test_another_number_of_rows_is_refused():
    state = RecurrentState()
    state.write(MATRIX)
    with pytest.raises(CourseError, match="as many rows as the cache, 3, got 2"):
        state.read(EMPTY[:2])
