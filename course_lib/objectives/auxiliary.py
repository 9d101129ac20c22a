"""Auxiliary losses of parts of a model, such as load balancing for a mixture of experts (Shazeer et al. 2017)."""

from dataclasses import dataclass

from torch import nn

from course_lib.data.rows import Rows
from course_lib.errors import CourseError
from course_lib.objectives.objective import Objective, TokenLoss


@dataclass(frozen=True)
class WithAuxiliary:
    """An objective that adds the auxiliary losses of the model, multiplied by `weight`, to another objective.

    When a module of the model runs, it can store its loss as the attribute `auxiliary_loss`, a scalar with gradients.
    In eval mode, the auxiliary losses are not added.

    Args:
        objective: the main objective.
        weight: the weight of the auxiliary losses, relative to the mean loss of the objective.

    Raises:
        CourseError: in training mode, no module of the model has an `auxiliary_loss`.
    """

    objective: Objective
    weight: float

    @property
    def compares_rows(self) -> bool:
        """True if the main objective needs whole batches; see `Trainer`."""
        return getattr(self.objective, "compares_rows", False)

    def __call__(self, model: nn.Module, batch: Rows) -> TokenLoss:
        """Return the loss of the main objective on a batch. In training mode, the auxiliary losses are added to it."""
        loss = self.objective(model, batch)
        if not model.training:
            return loss
        wanted = [part.auxiliary_loss for part in model.modules() if hasattr(part, "auxiliary_loss")]
        if not wanted:
            raise CourseError(
                f"no part of the {type(model).__name__} has an auxiliary_loss; use the objective without WithAuxiliary"
            )
        return loss._replace(total=loss.total + self.weight * sum(wanted) * loss.count)
