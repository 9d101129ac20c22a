"""One submission becomes a grade: nbgrader records it, and what is wrong with it ends up in the notes."""

import contextlib
import warnings
from dataclasses import asdict, dataclass, field
from pathlib import Path

from course_lib.errors import CourseError
from course_lib.exercises.results import is_check, results, troubles
from course_lib.grading.alike import fingerprints
from course_lib.grading.editions import complaint, open_course
from course_lib.grading.exam import FOR
from course_lib.grading.healing import heal
from course_lib.grading.submissions import read_submission

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
    id: str = ""
    answers: dict = field(default_factory=dict)

    @property
    def page(self):
        """Where the feedback lies in the folder of the results, if there is any."""
        return Path("feedback", self.id, self.edition, f"{self.edition}.html")


def empty_grade(submission, out, *notes):
    """No points for a submission; of how many, if its exercises are known."""
    import nbformat

    edition, notes = submission.edition, [*submission.notes, *notes]
    if edition is None:
        return Grade(submission.student, submission.path.name, notes=notes, id=submission.id)
    release = nbformat.read(out / "release" / edition / f"{edition}.ipynb", as_version=4)
    of = sum(cell.metadata.nbgrader.points for cell in release.cells if is_check(cell))
    return Grade(submission.student, edition, of=of, notes=notes, id=submission.id)


def grade_submission(submission, out, limits, seed):
    """Grade one submission with nbgrader; whatever goes wrong ends up in the notes of its `Grade`."""
    try:
        with warnings.catch_warnings(action="ignore"):  # about the way in which nbgrader uses its database
            return graded(submission, out, limits, seed)
    except Exception as error:
        reason = str(error) if isinstance(error, CourseError) else f"not graded: {type(error).__name__}: {error}"
        return no_points(submission, out, reason)


def graded(submission, out, limits, seed):
    """The grade of one submission. Raises CourseError with the reason why it has none."""
    import nbformat

    grade, name = empty_grade(submission, out), submission.edition
    release = nbformat.read(out / "release" / name / f"{name}.ipynb", as_version=4)
    notebook = read_submission(submission.path)
    grade.notes += [*heal(notebook, release), *of_somebody_else(notebook, submission)]
    grade.answers = fingerprints(notebook, release)
    notebook = autograde(notebook, submission, out, limits, seed)
    grade.exercises = results(notebook)
    grade.points = sum(result.points for result in grade.exercises)
    grade.notes += troubles(notebook)
    return grade


def of_somebody_else(notebook, submission):
    """A note if the questions of an exam were made for another student; they are judged as that one has them."""
    owner = notebook.metadata.get(FOR)
    if owner is not None and not submission.id.startswith(str(owner)):
        yield f"its questions are those of {str(owner)[:80]}"


def no_points(submission, out, reason):
    """The grade of a submission that could not be graded, also in the gradebook, as far as that can be written."""
    with contextlib.suppress(Exception):
        record_nothing(submission, out)
    return empty_grade(submission, out, reason[:300])


def autograde(notebook, submission, out, limits, seed):
    """Let nbgrader grade a notebook and write its feedback; returns the graded notebook. Raises CourseError."""
    import nbformat

    from course_lib.grading.execution import steps

    name, student = submission.edition, submission.id
    path = out / "submitted" / student / name / f"{name}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)
    bounds = {"limits": asdict(limits), "seed": seed, "run": str(out), "student": student}
    course = open_course(out, Autograde={"autograde_preprocessors": steps()}, SandboxedExecute=bounds)
    for step in (course.autograde, course.generate_feedback):
        outcome = step(name, student, force=True)
        if not outcome["success"]:
            raise CourseError(f"nbgrader gave up: {complaint(outcome)}")
    return nbformat.read(out / "autograded" / student / name / path.name, as_version=4)


def record_nothing(submission, out):
    """Zero points in the gradebook for a submission that nbgrader has not seen."""
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{out / OURS}") as book:
        book.update_or_create_student(submission.id)
        entry = book.update_or_create_submission(submission.edition, submission.id)
        for notebook in entry.notebooks:
            for cell in notebook.grades:
                cell.auto_score, cell.needs_manual_grade = 0, False
        book.db.commit()
