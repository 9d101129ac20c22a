"""Linear probes: linear classifiers on the hidden states of a model (Alain and Bengio 2017, section 3)."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F

from course_lib.errors import CourseError
from course_lib.shapes import ND, BoolsN, IdsN

SMALLEST_SPREAD = 1e-6  # the divisor for a dimension that never changes


@dataclass(frozen=True)
class LinearProbe:
    """A linear classifier on the hidden states of a frozen model.

    Args:
        mean: the mean of the training states, D.
        spread: the standard deviation of the training states, D.
        weight: the weights, D + 1 C, with the bias in the last row.
    """

    mean: torch.Tensor
    spread: torch.Tensor
    weight: torch.Tensor

    def predict(self, states: ND) -> IdsN:
        """Return the most likely class of each row."""
        return (self._scaled(states) @ self.weight).argmax(dim=-1)

    def is_right(self, states: torch.Tensor, labels: torch.Tensor) -> BoolsN:
        """Return True for each row that is classified correctly."""
        check_rows(states, labels)
        return self.predict(states) == labels

    def accuracy(self, states: torch.Tensor, labels: torch.Tensor) -> float:
        """Return the share of rows, from 0 to 1, that are classified correctly."""
        return float(self.is_right(states, labels).float().mean())

    def _scaled(self, states):
        scaled = (states - self.mean) / self.spread
        return torch.cat([scaled, scaled.new_ones(len(scaled), 1)], dim=-1)


def fit_probe(states: torch.Tensor, labels: torch.Tensor, penalty: float = 1e-4, steps: int = 40) -> LinearProbe:
    """Train a `LinearProbe`: multinomial logistic regression with L-BFGS, which is deterministic.

    Evaluate it on rows that it was not trained on, because with more dimensions than rows, a probe can memorize any
    labels.

    Args:
        states: hidden states, N D. They are standardized here.
        labels: class numbers from 0, N.
        penalty: the weight of the squared weights, added to the mean cross-entropy in nats.
        steps: the maximum number of L-BFGS iterations.

    Raises:
        CourseError: there are no rows, or the number of labels differs.
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
    """Minimize the penalized cross-entropy of `x @ weight` by changing `weight` in place."""
    optimizer = torch.optim.LBFGS([weight], max_iter=steps, line_search_fn="strong_wolfe")

    def loss():
        optimizer.zero_grad()
        value = F.cross_entropy(x @ weight, labels) + penalty * weight.square().sum()
        value.backward()
        return value

    optimizer.step(loss)


def check_rows(states: torch.Tensor, labels: torch.Tensor) -> None:
    """Raise a CourseError unless `states` is N D and `labels` is N, with at least one row."""
    if states.dim() != 2 or labels.shape != states.shape[:1] or not len(states):
        raise CourseError(
            "states must be N D and labels N, with at least one row; "
            f"got {tuple(states.shape)} and {tuple(labels.shape)}"
        )
