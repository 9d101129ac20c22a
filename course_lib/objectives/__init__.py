"""What a model is trained for: losses, and the objectives that apply them to a batch."""

from course_lib.objectives.cross_entropy import TokenLoss, masked_cross_entropy
from course_lib.objectives.teacher_forcing import TeacherForcing
from course_lib.objectives.token_prediction import TokenPrediction

__all__ = ["TeacherForcing", "TokenLoss", "TokenPrediction", "masked_cross_entropy"]
