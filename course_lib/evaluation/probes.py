"""What can be read off a model's hidden states by a linear classifier (Alain and Bengio 2017, section 3)."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F

from course_lib.errors import CourseError
from course_lib.shapes import ND, BoolsN, IdsN

SMALLEST_SPREAD = 1e-6  # a dimension that never changes is divided by this, not by zero


@dataclass(frozen=True)
class LinearProbe:
    """A linear classifier of hidden states; the model that made them is frozen and learns nothing.

    `mean` and `spread`, D, are those of the states it was trained on; `weight`, D + 1 C, has the bias in its last row.
    """

    mean: torch.Tensor
    spread: torch.Tensor
    weight: torch.Tensor

    def predict(self, states: ND) -> IdsN:
        """The most likely class of each row."""
        return (self._scaled(states) @ self.weight).argmax(dim=-1)

    def is_right(self, states: torch.Tensor, labels: torch.Tensor) -> BoolsN:
        """Return for each row True if it is classified as its label says: states N D, labels N."""
        check_rows(states, labels)
        return self.predict(states) == labels

    def accuracy(self, states: torch.Tensor, labels: torch.Tensor) -> float:
        """The share of rows, 0 to 1, that are classified as their labels say."""
        return float(self.is_right(states, labels).float().mean())

    def _scaled(self, states):
        scaled = (states - self.mean) / self.spread
        return torch.cat([scaled, scaled.new_ones(len(scaled), 1)], dim=-1)


def fit_probe(states: torch.Tensor, labels: torch.Tensor, penalty: float = 1e-4, steps: int = 40) -> LinearProbe:
    """Train a `LinearProbe`: multinomial logistic regression by L-BFGS, the same each time.

    Judge it on rows that it has not seen: with more dimensions than rows, a probe learns anything by heart.

    Args:
        states: hidden states, N D, each with one label; standardized here, so their scale doesn't matter.
        labels: class numbers from 0, N.
        penalty: of the squared weights, beside the mean cross-entropy in nats.
        steps: the most iterations of L-BFGS.

    Raises:
        CourseError: no rows, or not one label for each.
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
    """Change `weight` until the penalized cross-entropy of `x @ weight` is as small as it gets."""
    optimizer = torch.optim.LBFGS([weight], max_iter=steps, line_search_fn="strong_wolfe")

    def loss():
        optimizer.zero_grad()
        value = F.cross_entropy(x @ weight, labels) + penalty * weight.square().sum()
        value.backward()
        return value

    optimizer.step(loss)


def check_rows(states: torch.Tensor, labels: torch.Tensor) -> None:
    """Raise a CourseError unless `states` is N D and `labels` N, with at least one row."""
    if states.dim() != 2 or labels.shape != states.shape[:1] or not len(states):
        raise CourseError(
            "a probe needs states N D and labels N, at least one row; "
            f"got {tuple(states.shape)} and {tuple(labels.shape)}"
        )
