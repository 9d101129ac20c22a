"""Auxiliary losses of parts of a model, such as load balancing for a mixture of experts (Shazeer et al. 2017)."""

from dataclasses import dataclass

from torch import nn

from course_lib.data.rows import Rows
from course_lib.errors import CourseError
from course_lib.objectives.objective import Objective, TokenLoss


@dataclass(frozen=True)
class WithAuxiliary:
    """An objective plus `weight` times the sum of the model's auxiliary losses.

    Each time it runs, a module can store its loss as `auxiliary_loss`, a scalar with gradients. In eval mode, only the
    loss of the objective is returned.

    Args:
        objective: the main objective.
        weight: the weight of the auxiliary losses, relative to the mean loss of the objective.

    Raises:
        CourseError: in training mode, no part of the model has an `auxiliary_loss`.
    """

    objective: Objective
    weight: float

    def __call__(self, model: nn.Module, batch: Rows) -> TokenLoss:
        """Return the loss of the objective on a batch, with the auxiliary losses added in training mode."""
        loss = self.objective(model, batch)
        if not model.training:
            return loss
        wanted = [part.auxiliary_loss for part in model.modules() if hasattr(part, "auxiliary_loss")]
        if not wanted:
            raise CourseError(f"no part of the {type(model).__name__} has an auxiliary_loss; use the objective alone")
        return loss._replace(total=loss.total + self.weight * sum(wanted) * loss.count)
