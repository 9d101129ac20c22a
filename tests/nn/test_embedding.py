"""Token ids become vectors as long as the positions that are added to them."""

import pytest
import torch

from course_lib.errors import CourseError
from course_lib.nn import TokenEmbedding
from tests.parity import D, V
from tests.pretend_device import UNAVAILABLE, pretend_device


def test_a_token_is_its_row_of_the_table_times_the_root_of_the_width():
    embedding = TokenEmbedding(V, D)
    vectors = embedding(torch.tensor([[3, 16], [0, 3]]))
    assert torch.equal(vectors[1, 1], embedding.table.weight[3] * D**0.5)
    assert torch.equal(vectors[0, 0], vectors[1, 1])


def test_entries_start_at_about_one():
    vectors = TokenEmbedding(V, D)(torch.arange(V))
    assert float(vectors.detach().std()) == pytest.approx(1.0, abs=0.1)


@pytest.mark.skipif(bool(UNAVAILABLE), reason=UNAVAILABLE)
def test_token_ids_outside_the_vocabulary_are_named_on_any_device():
    with pretend_device() as device, pytest.raises(CourseError, match=f"must be 0 to {V - 1}, got ids from 5 to {V}"):
        TokenEmbedding(V, D).to(device)(torch.tensor([[5, V]], device=device))


def test_no_token_ids_give_no_vectors():
    assert TokenEmbedding(V, D)(torch.zeros(3, 0, dtype=torch.long)).shape == (3, 0, D)


@pytest.mark.parametrize("bad", [-1, V])
def test_token_ids_outside_the_vocabulary_are_named(bad):
    low, high = sorted((bad, 5))
    with pytest.raises(CourseError, match=f"must be 0 to {V - 1}, got ids from {low} to {high}"):
        TokenEmbedding(V, D)(torch.tensor([[5, bad]]))
