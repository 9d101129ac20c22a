"""nbgrader's step "execute", done in the sandbox instead of in nbgrader's own process."""

from nbgrader.converters import Autograde
from nbgrader.preprocessors import Execute, NbGraderPreprocessor
from traitlets import Integer

from course_lib.exercises.results import error_of, is_check, number_shown
from course_lib.grading.sandbox import Limits, run_sandboxed


class SandboxedExecute(NbGraderPreprocessor):
    """Runs a submission under limits. A check cell that shows no points counts as failed; nbgrader gives it all."""

    seconds = Integer().tag(config=True)
    patience = Integer().tag(config=True)
    memory = Integer().tag(config=True)
    output = Integer().tag(config=True)
    seed = Integer().tag(config=True)

    def preprocess(self, nb, resources):
        """Run the notebook, and put an error where a check cell has neither an error nor a number."""
        from nbformat.v4 import new_output

        nb = run_sandboxed(nb, Limits(self.seconds, self.patience, self.memory, self.output), self.seed)
        for cell in nb.cells:
            if is_check(cell) and not error_of(cell) and number_shown(cell) is None:
                why = "the check cell shows no points"
                cell.outputs.append(new_output("error", ename="NoPoints", evalue=why, traceback=[why]))
        return nb, resources


def steps():
    """What nbgrader does with a submission, with the sandbox in the place of its own execution."""
    usual = Autograde.class_traits()["autograde_preprocessors"].default()
    return [SandboxedExecute if step is Execute else step for step in usual]
