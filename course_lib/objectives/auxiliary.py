"""What parts of a model want beside the objective, such as experts that are visited evenly (Shazeer et al. 2017)."""

from dataclasses import dataclass

from torch import nn

from course_lib.data.rows import Rows
from course_lib.errors import CourseError
from course_lib.objectives.objective import Objective, TokenLoss


@dataclass(frozen=True)
class WithAuxiliary:
    """An objective, plus `weight` times what the parts of the model add to its mean.

    A part that wants something keeps it in `auxiliary_loss`, a number with gradients, each time it runs; all are summed
    up. It is there in training only: in eval mode, the loss is that of the objective alone.

    Raises:
        CourseError: in training, no part of the model has an `auxiliary_loss`.
    """

    objective: Objective
    weight: float

    def __call__(self, model: nn.Module, batch: Rows) -> TokenLoss:
        """Return the loss of a batch of the objective."""
        loss = self.objective(model, batch)
        if not model.training:
            return loss
        wanted = [part.auxiliary_loss for part in model.modules() if hasattr(part, "auxiliary_loss")]
        if not wanted:
            raise CourseError(f"no part of the {type(model).__name__} has an auxiliary_loss")
        return loss._replace(total=loss.total + self.weight * sum(wanted) * loss.count)
