"""Cross-entropy: equal to torch's, and a sum, so that parts of a batch add up to the whole."""

import math

import pytest
import torch
import torch.nn.functional as F

from course_lib.errors import CourseError
from course_lib.objectives import masked_cross_entropy
from tests.parity import B, T, V

IGNORED = -100  # torch's own mark of a token that is not to be predicted


def logits_and_targets():
    return 3 * torch.randn(B, T, V, requires_grad=True), torch.randint(V, (B, T))


@pytest.mark.parametrize("label_smoothing", [0.0, 0.1, 0.7])
@pytest.mark.parametrize("masked", [False, True], ids=["no mask", "mask"])
def test_the_loss_and_its_gradients_equal_torch(masked, label_smoothing):
    logits, targets = logits_and_targets()
    mask = torch.tensor([[1, 1, 0, 1, 0], [0, 1, 1, 1, 1]], dtype=torch.bool) if masked else None
    loss = masked_cross_entropy(logits, targets, mask, label_smoothing)

    wanted = targets.masked_fill(~mask, IGNORED) if masked else targets
    flat = (logits.flatten(0, 1), wanted.flatten())
    expected = F.cross_entropy(*flat, reduction="sum", label_smoothing=label_smoothing)
    mean = F.cross_entropy(*flat, label_smoothing=label_smoothing)
    torch.testing.assert_close(loss.total, expected)
    torch.testing.assert_close(loss.mean, mean)
    assert loss.count == (7 if masked else B * T)
    gradients = [torch.autograd.grad(total, logits, retain_graph=True)[0] for total in (loss.total, expected)]
    torch.testing.assert_close(*gradients)


@pytest.mark.parametrize("label_smoothing", [0.0, 0.1])
def test_parts_add_up_to_the_whole(label_smoothing):
    logits, targets = logits_and_targets()
    whole = masked_cross_entropy(logits, targets, label_smoothing=label_smoothing)
    parts = [
        masked_cross_entropy(logits[:, a:b], targets[:, a:b], label_smoothing=label_smoothing)
        for a, b in [(0, 1), (1, 1), (1, 5)]
    ]
    torch.testing.assert_close(sum(part.total for part in parts), whole.total)
    assert sum(part.count for part in parts) == whole.count


def test_a_sure_and_right_prediction_costs_nothing_and_a_guess_the_logarithm_of_the_vocabulary():
    targets = torch.tensor([3, 0])
    sure = 100.0 * F.one_hot(targets, V).float()
    assert float(masked_cross_entropy(sure, targets).mean) == pytest.approx(0.0, abs=1e-6)
    assert masked_cross_entropy(torch.zeros(2, V), targets).mean.exp() == pytest.approx(V)


def test_the_loss_of_a_dialogue_is_what_paper_says():
    p = torch.tensor([1 / 512, 1 / 16, 1 / 2, 1 / 2, 1 / 8, 1 / 2, 1 / 4])  # of the true tokens, the answer's last
    logits, targets = torch.stack([1 - p, p], dim=1).log(), torch.ones(7, dtype=torch.long)
    is_answer = torch.tensor([0, 0, 0, 0, 1, 1, 1], dtype=torch.bool)
    assert float(masked_cross_entropy(logits, targets, is_answer).mean) == pytest.approx(2 * math.log(2))
    assert float(masked_cross_entropy(logits, targets).mean) == pytest.approx(3 * math.log(2))


def test_half_precision_logits_are_scored_in_full_precision():
    logits, targets = logits_and_targets()
    logits = logits.detach().bfloat16()
    expected = F.cross_entropy(logits.float().flatten(0, 1), targets.flatten(), reduction="sum")
    torch.testing.assert_close(masked_cross_entropy(logits, targets).total, expected)


@pytest.mark.usefixtures("shapes_unchecked")
def test_targets_of_another_shape_are_refused():
    logits, targets = logits_and_targets()
    with pytest.raises(CourseError, match=rf"\({B}, {T}, {V}\) need targets \({B}, {T}\), got \({B}, {T - 1}\)"):
        masked_cross_entropy(logits, targets[:, 1:])
