"""What a model is trained for: losses, and the objectives that apply them to a batch."""

from course_lib.objectives.cross_entropy import TokenLoss, masked_cross_entropy
from course_lib.objectives.teacher_forcing import TeacherForcing

__all__ = ["TeacherForcing", "TokenLoss", "masked_cross_entropy"]
