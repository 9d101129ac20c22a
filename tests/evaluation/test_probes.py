"""Linear probes: what is there is found, what is not is not, and only rows that were held out count."""

import pytest
import torch

from course_lib.errors import CourseError
from course_lib.evaluation.probes import fit_probe


def blobs(count, classes=3, width=5, seed=0):
    """States around one corner for each class, and their labels."""
    random = torch.Generator().manual_seed(seed)
    labels = torch.arange(count) % classes
    return 4 * torch.eye(width)[labels] + torch.randn(count, width, generator=random), labels


def test_classes_that_a_line_can_part_are_told_apart():
    probe = fit_probe(*blobs(211))
    states, labels = blobs(101, seed=1)
    assert probe.accuracy(states, labels) > 0.9
    assert probe.is_right(states, labels).shape == (101,)


def test_labels_that_have_nothing_to_do_with_the_states_are_guessed():
    states, labels = blobs(401)
    shuffled = labels[torch.randperm(401, generator=torch.Generator().manual_seed(2))]
    held_out, true = blobs(401, seed=1)
    assert fit_probe(states, shuffled).accuracy(held_out, true) < 0.6


def test_what_no_line_can_part_is_not_told_apart():
    states = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]).repeat(7, 1)
    labels = (states[:, 0] != states[:, 1]).long()
    assert fit_probe(states, labels).accuracy(states, labels) <= 0.75


def test_neither_scale_nor_shift_of_a_dimension_matters():
    (states, labels), (held_out, _) = blobs(211), blobs(101, seed=1)
    scale, shift = torch.tensor([1.0, 100.0, 0.01, -3.0, 7.0]), torch.tensor([5.0, -30.0, 0.0, 2.0, 1.0])
    moved = fit_probe(states * scale + shift, labels).predict(held_out * scale + shift)
    assert torch.equal(moved, fit_probe(states, labels).predict(held_out))


def test_a_dimension_that_never_changes_does_no_harm():
    states, labels = blobs(211)
    probe = fit_probe(torch.cat([states, torch.ones(211, 1)], dim=1), labels)
    assert probe.weight.isfinite().all()


def test_the_model_gets_no_gradient_and_the_probe_is_the_same_each_time():
    states, labels = blobs(101)
    states.requires_grad_()
    with torch.no_grad():
        first, second = fit_probe(states, labels), fit_probe(states, labels)
    assert states.grad is None
    assert torch.equal(first.weight, second.weight)
    assert first.weight.abs().sum() > 0
    assert not first.weight.requires_grad


@pytest.mark.parametrize(
    ("states", "labels"),
    [(torch.ones(3, 2), torch.ones(2)), (torch.ones(3), torch.ones(3)), (torch.ones(0, 2), torch.ones(0))],
)
def test_states_and_labels_that_do_not_belong_together_are_refused(states, labels):
    with pytest.raises(CourseError, match="states must have the shape N D and labels the shape N"):
        fit_probe(states, labels.long())
