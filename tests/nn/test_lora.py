"""LoRA: nothing changes before training, little is learned, and merging changes no result."""

import pytest
import torch

from course_lib.errors import CourseError
from course_lib.nn import LoraLinear, add_lora, merge_lora
from tests.models.tiny import tiny_llm
from tests.parity import assert_near

TOKENS = torch.tensor([[1, 9, 8, 3, 3], [1, 16, 5, 7, 2]])
RANK = 2


def trained(model):
    """The model after some steps of training whatever may be trained."""
    optimizer = torch.optim.SGD([p for p in model.parameters() if p.requires_grad], lr=0.5)
    for _ in range(3):
        model(TOKENS).square().mean().backward()
        optimizer.step()
        optimizer.zero_grad()
    return model


def test_before_training_nothing_has_changed():
    model = tiny_llm()
    before = model(TOKENS)
    assert torch.equal(add_lora(model, RANK)(TOKENS), before)


def test_only_the_additions_learn_and_their_number_is_the_formula():
    model = add_lora(tiny_llm(), RANK)
    learned = {name for name, parameter in model.named_parameters() if parameter.requires_grad}
    assert all(name.endswith((".down", ".up")) for name in learned)
    count = sum(parameter.numel() for parameter in model.parameters() if parameter.requires_grad)
    assert count == 3 * RANK * ((19 + 60) + (19 + 20))  # per layer: q_proj 19 -> 60 and v_proj 19 -> 20


def test_merging_changes_no_logit_and_leaves_the_old_shape():
    model = tiny_llm()
    names, before = set(model.state_dict()), model(TOKENS)
    adapted = trained(add_lora(model, RANK, alpha=3))
    after = adapted(TOKENS)
    assert not torch.isclose(after, before).all()
    merged = merge_lora(adapted)
    assert_near(merged(TOKENS), after, 1e-5)
    assert set(merged.state_dict()) == names
    assert all(parameter.requires_grad for parameter in merged.parameters())


def test_with_full_rank_an_addition_can_be_any_change_of_the_weights():
    linear, change = torch.nn.Linear(5, 3, bias=False), torch.randn(3, 5)
    x, expected = torch.randn(7, 5), None
    expected = x @ (linear.weight + change).T
    adapted = LoraLinear(linear, rank=3)
    with torch.no_grad():
        adapted.down.copy_(change.T)
        adapted.up.copy_(torch.eye(3))
    assert_near(adapted(x), expected, 1e-5)
    assert_near(adapted.merged()(x), expected, 1e-5)


@pytest.mark.parametrize("rank", [0, 6])
def test_a_rank_that_the_layer_has_not_is_refused(rank):
    with pytest.raises(CourseError, match=f"rank must be 1 to 5, .* got {rank}"):
        LoraLinear(torch.nn.Linear(5, 11), rank)


def test_names_that_the_model_has_not_are_refused():
    with pytest.raises(CourseError, match="must include a linear layer .* got query, value"):
        add_lora(tiny_llm(), RANK, names=("query", "value"))


def test_a_model_that_is_adapted_is_not_adapted_again():
    model = add_lora(tiny_llm(), rank=2)
    with pytest.raises(CourseError, match="can't be adapted twice; call merge_lora"):
        add_lora(model, rank=2)
    add_lora(merge_lora(model), rank=2)
