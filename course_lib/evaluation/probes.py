"""Linear probes, which are linear classifiers on a model's hidden states (Alain and Bengio 2017, section 3)."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F

from course_lib.errors import CourseError
from course_lib.shapes import ND, BoolsN, IdsN

SMALLEST_SPREAD = 1e-6  # avoids a division by zero if a dimension is constant


@dataclass(frozen=True)
class LinearProbe:
    """A linear classifier on the hidden states of a frozen model. Use `fit_probe` to train one.

    Args:
        mean: the mean of each dimension of the training states.
        spread: the standard deviation of each dimension of the training states.
        weight: the weights, with one row per dimension and one column per class. The last row is the bias.
    """

    mean: torch.Tensor
    spread: torch.Tensor
    weight: torch.Tensor

    def predict(self, states: ND) -> IdsN:
        """Predict the class of each hidden state."""
        return (self._scaled(states) @ self.weight).argmax(dim=-1)

    def is_right(self, states: torch.Tensor, labels: torch.Tensor) -> BoolsN:
        """Return True for each hidden state that is classified correctly.

        Raises:
            CourseError: there are no states, or the number of labels differs.
        """
        check_rows(states, labels)
        return self.predict(states) == labels

    def accuracy(self, states: torch.Tensor, labels: torch.Tensor) -> float:
        """Compute the share of hidden states that are classified correctly, from 0 to 1."""
        return float(self.is_right(states, labels).float().mean())

    def _scaled(self, states):
        scaled = (states - self.mean) / self.spread
        return torch.cat([scaled, scaled.new_ones(len(scaled), 1)], dim=-1)


def fit_probe(states: torch.Tensor, labels: torch.Tensor, penalty: float = 1e-4, steps: int = 40) -> LinearProbe:
    """Train a linear probe by multinomial logistic regression with L-BFGS, which is deterministic.

    Evaluate the probe on states that it was not trained on. If there are fewer states than dimensions, a probe can
    memorize any labels.

    Args:
        states: the hidden states, with shape N D. The probe standardizes them.
        labels: the class of each state, as a number from 0, with shape N.
        penalty: the L2 regularization strength: the factor of the sum of squared weights in the loss.
        steps: the maximum number of L-BFGS iterations.

    Raises:
        CourseError: there are no states, or the number of labels differs.
    """
    check_rows(states, labels)
    states = states.detach().float()
    spread = states.std(dim=0, correction=0).clamp(min=SMALLEST_SPREAD)
    weight = torch.zeros(states.shape[1] + 1, int(labels.max()) + 1, device=states.device)
    probe = LinearProbe(states.mean(dim=0), spread, weight)
    with torch.enable_grad():
        minimize(probe._scaled(states), labels, weight.requires_grad_(), penalty, steps)
    weight.requires_grad_(False)
    return probe


def minimize(x: ND, labels: IdsN, weight: torch.Tensor, penalty: float, steps: int) -> None:
    """Minimize the cross-entropy of `x @ weight` plus the L2 penalty with L-BFGS, changing `weight` in place."""
    optimizer = torch.optim.LBFGS([weight], max_iter=steps, line_search_fn="strong_wolfe")

    def loss():
        optimizer.zero_grad()
        value = F.cross_entropy(x @ weight, labels) + penalty * weight.square().sum()
        value.backward()
        return value

    optimizer.step(loss)


def check_rows(states: torch.Tensor, labels: torch.Tensor) -> None:
    """Check that there is at least one state, and exactly one label per state.

    Raises:
        CourseError: the shapes of `states` and `labels` are not N D and N, or N is 0.
    """
    if states.dim() != 2 or labels.shape != states.shape[:1] or not len(states):
        raise CourseError(
            "states must have the shape N D and labels the shape N, with N at least 1, "
            f"got {tuple(states.shape)} and {tuple(labels.shape)}"
        )
