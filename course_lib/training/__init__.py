"""One training loop, its plan, and its checkpoints."""

from course_lib.training.loop import Trainer
from course_lib.training.plan import Plan
