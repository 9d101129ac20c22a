"""Gpt: no token hears of a later one, so that each can be computed once and kept."""

import pytest
import torch

from course_lib.errors import CourseError
from course_lib.generation import complete
from tests.models.tiny import tiny_gpt
from tests.parity import D_FF, B, D, V
from tests.toys import MAX_LENGTH

TOKENS = torch.tensor([[1, 9, 8, 3, 3], [1, 16, 5, 7, 2]])


@torch.no_grad()
def test_a_batch_of_unequal_prompts_is_completed_as_each_alone():
    model, prompts = tiny_gpt().double(), [[1, 9, 8, 3, 3], [1, 4], [1, 16, 5]]
    together = complete(prompts, model, end_id=14, max_new_tokens=9)
    assert together == [complete([prompt], model, end_id=14, max_new_tokens=9)[0] for prompt in prompts]


def test_one_table_serves_the_embedding_and_the_output_layer():
    model = tiny_gpt()
    assert model.output.weight is model.embedding.table.weight
    attention, norm = 4 * (D * D + D), 2 * D
    layer = attention + 2 * norm + (D * D_FF + D_FF) + (D_FF * D + D)
    assert model.num_parameters() == V * D + MAX_LENGTH * D + 3 * layer + norm


def test_a_cache_does_not_hide_that_the_positions_end():
    model = tiny_gpt()
    cache = model.new_cache()
    assert model(torch.ones(B, MAX_LENGTH, dtype=torch.long), cache=cache).isfinite().all()
    with pytest.raises(CourseError, match=f"positions 0 to {MAX_LENGTH - 1}, got {MAX_LENGTH}"):
        model(TOKENS[:, :1], cache=cache)
