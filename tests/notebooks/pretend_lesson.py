"""Runs the code of a lesson on the pretend device: `python -m tests.notebooks.pretend_lesson FILE`.

Trainings end after a few steps, so what a lesson asserts of a trained model would be false: assertions are computed,
and may fail. Nothing else may.
"""

import ast
import sys
from pathlib import Path
from unittest.mock import Mock, patch

from course_lib import runtime
from course_lib.training import Plan
from tests.notebooks.lesson import Lesson, number
from tests.pretend_device import pretend_device

# They go on with sentences that are nearly right.
STEPS = {"training_the_translator": 300, "searching_and_scoring": 100}
FEW = 4


class WithoutAssertions(ast.NodeTransformer):
    """An `assert` becomes its condition."""

    def visit_Assert(self, node):  # noqa: N802, the name is Python's
        return ast.copy_location(ast.Expr(node.test), node)


def run(path):
    """Run all code cells. Raises RuntimeError when a lesson that trains never asked where."""
    import matplotlib as mpl

    mpl.use("agg")
    lesson = Lesson(Path(path))
    variables = {"__name__": "__main__", "display": lambda *things: None}
    ask = Mock(side_effect=runtime.lesson_device)
    check, most = Plan.__post_init__, STEPS.get(lesson.path.stem.partition("_")[2], FEW)

    def shortened(plan):
        check(plan)
        object.__setattr__(plan, "steps", min(plan.steps, most))

    with pretend_device(), patch.object(Plan, "__post_init__", shortened), patch.object(runtime, "lesson_device", ask):
        for cell in lesson.code:
            tree = WithoutAssertions().visit(ast.parse(cell.source))
            exec(compile(tree, f"{lesson.path.stem}, {number(cell)}", "exec"), variables)
    if "Trainer(" in "".join(cell.source for cell in lesson.code) and not ask.called:
        raise RuntimeError(f"{lesson.path.name} trains, and never asks for `lesson_device`")


if __name__ == "__main__":
    run(sys.argv[1])
