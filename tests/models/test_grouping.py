"""A multi-head model as a grouped one: where heads agreed, nothing changes; where they did not, their mean is taken."""

import pytest
import torch

from course_lib.errors import CourseError
from course_lib.models import to_grouped
from tests.models.tiny import LLM_SIZES, tiny_llm, tiny_scorer
from tests.parity import assert_near

TOKENS = torch.tensor([[1, 9, 8, 3, 3], [1, 16, 5, 7, 2]])
H, E = LLM_SIZES["num_heads"], LLM_SIZES["d_head"]


def projections(model):
    """The weights and biases that make keys and values, as heads: K E, and whatever follows."""
    layers = (layer.self_attention for layer in model.layers)
    linears = [linear for attention in layers for linear in (attention.k_proj, attention.v_proj)]
    return [tensor.unflatten(0, (-1, E)) for linear in linears for tensor in linear.parameters()]


@pytest.mark.parametrize("num_kv_heads", [1, 2, 6])
@pytest.mark.parametrize("make", [tiny_llm, tiny_scorer])
def test_with_as_many_heads_as_before_nothing_changes(make, num_kv_heads):
    model = make(num_kv_heads=num_kv_heads)
    same = to_grouped(model, num_kv_heads)
    assert same.config == model.config
    assert torch.equal(same(TOKENS), model(TOKENS))


@pytest.mark.parametrize(("before", "after"), [(6, 3), (6, 2), (6, 1), (2, 1)])
@pytest.mark.parametrize("choices", [{}, {"qkv_bias": True, "qk_norm": True}], ids=["plain", "as in Qwen"])
@torch.no_grad()
def test_where_the_heads_of_a_group_are_equal_the_logits_stay(before, after, choices):
    model = tiny_llm(num_kv_heads=before, window_sizes=(3, None, 2), **choices).double()
    for heads in projections(model):
        groups = heads.unflatten(0, (after, -1))
        groups.copy_(groups[:, :1].expand_as(groups))
    assert_near(to_grouped(model, after)(TOKENS), model(TOKENS), 1e-12)


def test_each_new_head_is_the_mean_of_its_neighbors():
    model = tiny_llm(num_kv_heads=6, qkv_bias=True)
    for old, new in zip(projections(model), projections(to_grouped(model, 2)), strict=True):
        assert_near(new[0], (old[0] + old[1] + old[2]) / 3, 1e-6)
        assert_near(new[1], (old[3] + old[4] + old[5]) / 3, 1e-6)


def test_the_model_itself_stays_as_it_is():
    model = tiny_llm(num_kv_heads=6)
    expected = model(TOKENS)
    grouped = to_grouped(model, 1)
    with torch.no_grad():
        for parameter in grouped.parameters():
            parameter.zero_()
    assert torch.equal(model(TOKENS), expected)


def test_precision_and_mode_are_those_of_the_model():
    grouped = to_grouped(tiny_llm(num_kv_heads=6).double().train(), 2)
    assert grouped.training
    assert {parameter.dtype for parameter in grouped.parameters()} == {torch.float64}
    assert grouped.output.weight is grouped.embedding.table.weight


@pytest.mark.parametrize("num_kv_heads", [4, 12, 0, -1])
def test_groups_of_unequal_size_are_refused(num_kv_heads):
    with pytest.raises(CourseError, match=f"must divide the 6 key-value heads of the model, got {num_kv_heads}"):
        to_grouped(tiny_llm(num_kv_heads=6), num_kv_heads)
