"""A folder of submissions becomes a gradebook, a CSV table, and pages to read: nbgrader grades, one by one."""

import os
import secrets
import shutil
import warnings
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, field
from functools import partial
from multiprocessing import get_context

from course_lib.errors import CourseError
from course_lib.exercises.results import is_check, results, troubles
from course_lib.grading.editions import EDITIONS, complaint, generate, open_course
from course_lib.grading.report import write_report
from course_lib.grading.sandbox import Limits
from course_lib.grading.submissions import find_submissions, read_submission, tampering

OURS = "gradebook.db"


@dataclass
class Grade:
    """What became of one submission: points, results by exercise, and what the lecturer should know."""

    student: str
    edition: str
    points: float = 0
    of: float = 0
    exercises: list = field(default_factory=list)
    notes: list = field(default_factory=list)


def grade_folder(folder, out, limits=None, editions=EDITIONS):
    """Grade every notebook in `folder` (FOLDER/STUDENT/NN_topic.ipynb) and write everything into `out`.

    `out` becomes a course of nbgrader's: submitted/, autograded/, feedback/ and gradebook.db; with grades.csv and
    index.html. An older one is replaced. Returns the grades.
    """
    submissions = find_submissions(folder, sorted(path.name for path in (editions / "source").glob("[0-9]*")))
    if out.exists() and any(out.iterdir()) and not (out / OURS).exists():
        raise CourseError(f"{out} has other things in it; expected a new folder, or one with an older {OURS}")
    shutil.rmtree(out, ignore_errors=True)
    for name in sorted({submission.edition for submission in submissions if submission.edition}):
        shutil.copytree(editions / "source" / name, out / "source" / name)
        generate(open_course(out), name)
    seed = secrets.randbelow(2**31)
    workers = min(4, os.cpu_count() or 1)
    quiet = partial(warnings.filterwarnings, "ignore", module="nbgrader")  # about the way in which it uses its database
    with ProcessPoolExecutor(workers, get_context("spawn"), quiet) as pool:
        grades = list(pool.map(partial(grade_submission, out=out, limits=limits or Limits(), seed=seed), submissions))
    write_report(out, grades, seed)
    return grades


def grade_submission(submission, out, limits, seed):
    """Grade one submission with nbgrader; what is wrong with it ends up in the notes of its `Grade`."""
    import nbformat

    grade = Grade(submission.student, submission.edition or submission.path.name)
    if submission.edition is None:
        grade.notes.append("no exercises of this name")
        return grade
    name = submission.edition
    release = nbformat.read(out / "release" / name / f"{name}.ipynb", as_version=4)
    grade.of = sum(cell.metadata.nbgrader.points for cell in release.cells if is_check(cell))
    try:
        grade.notes += tampering(read_submission(submission.path), release)
        graded = autograde(submission, out, limits, seed)
    except CourseError as reason:
        grade.notes.append(str(reason))
        record_nothing(submission, out)
        return grade
    grade.exercises = results(graded)
    grade.points = sum(result.points for result in grade.exercises)
    grade.notes += troubles(graded)
    return grade


def autograde(submission, out, limits, seed):
    """Let nbgrader grade a submission and write its feedback; returns the graded notebook. Raises CourseError."""
    import nbformat

    from course_lib.grading.execution import steps

    name, student = submission.edition, submission.student
    path = out / "submitted" / student / name / f"{name}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(submission.path, path)
    bounds = {**asdict(limits), "seed": seed}
    course = open_course(out, Autograde={"autograde_preprocessors": steps()}, SandboxedExecute=bounds)
    for step in (course.autograde, course.generate_feedback):
        outcome = step(name, student)
        if not outcome["success"]:
            raise CourseError(f"nbgrader gave up: {complaint(outcome)}")
    return nbformat.read(out / "autograded" / student / name / path.name, as_version=4)


def record_nothing(submission, out):
    """Zero points in the gradebook for a submission that nbgrader has not seen."""
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{out / OURS}") as book:
        book.update_or_create_student(submission.student)
        entry = book.update_or_create_submission(submission.edition, submission.student)
        for notebook in entry.notebooks:
            for cell in notebook.grades:
                cell.auto_score, cell.needs_manual_grade = 0, False
        book.db.commit()
