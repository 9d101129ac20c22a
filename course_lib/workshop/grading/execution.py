"""nbgrader's step "execute", done by the sandbox and its judge instead of in nbgrader's own process."""

import os
from pathlib import Path

import torch
from nbgrader.converters import Autograde
from nbgrader.preprocessors import Execute, NbGraderPreprocessor
from traitlets import Dict, Integer, Unicode

from course_lib.workshop.exercises.checking import SEED
from course_lib.workshop.grading.exam import FOR, finder
from course_lib.workshop.grading.judging import run_and_judge
from course_lib.workshop.grading.sandbox import Limits


class SandboxedExecute(NbGraderPreprocessor):
    """Runs a submission under limits, and shows the verdicts of its check cells."""

    limits = Dict().tag(config=True)
    seed = Integer().tag(config=True)
    run = Unicode().tag(config=True)
    student = Unicode().tag(config=True)

    def preprocess(self, nb, resources):
        """Run the notebook; this process, which is one for each submission, draws the cases with the seed."""
        os.environ[SEED] = str(self.seed)
        torch.set_num_threads(1)  # as inside; several are graded at once
        find = finder(Path(self.run), str(nb.metadata.get(FOR, self.student)))
        return run_and_judge(nb, Limits(**self.limits), find), resources


def steps():
    """What nbgrader does with a submission, with the sandbox in the place of its own execution."""
    usual = Autograde.class_traits()["autograde_preprocessors"].default()
    return [SandboxedExecute if step is Execute else step for step in usual]
