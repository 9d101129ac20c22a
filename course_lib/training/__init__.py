"""The training loop, training plans, and checkpoints."""

from course_lib.training.loop import Trainer
from course_lib.training.plan import Plan
