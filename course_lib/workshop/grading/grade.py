"""One submission becomes a grade: nbgrader records it, and what is wrong with it ends up in the notes."""

import warnings
from dataclasses import asdict

from course_lib.errors import CourseError
from course_lib.workshop.exercises.results import results, troubles
from course_lib.workshop.grading.alike import fingerprints, has_answers
from course_lib.workshop.grading.borrowed import borrowed
from course_lib.workshop.grading.editions import complaint, open_course
from course_lib.workshop.grading.exam import FOR
from course_lib.workshop.grading.grades import empty_grade
from course_lib.workshop.grading.healing import heal
from course_lib.workshop.grading.reading import read_submission
from course_lib.workshop.grading.students import plain

MOST_SAID = 300  # characters of a reason
EMPTY = "it has no answers"


def grade_submission(submission, out, limits, seed, earlier=None):
    """Grade one submission with nbgrader; whatever goes wrong ends up in the notes of its `Grade`.

    Args:
        submission: what is graded.
        out: the folder of the results.
        limits: of the process that runs it.
        seed: what the checks draw their cases with.
        earlier: the grade that the student has for this sheet, if there is one. A notebook without answers doesn't
            replace it, and is not run.
    """
    try:
        with warnings.catch_warnings(action="ignore"):  # about the way in which nbgrader uses its database
            return graded(submission, out, limits, seed, earlier)
    except Exception as error:
        reason = str(error) if isinstance(error, CourseError) else f"not graded: {type(error).__name__}: {error}"
        return empty_grade(submission, out, reason[:MOST_SAID])


def graded(submission, out, limits, seed, earlier):
    """The grade of one submission. Raises CourseError with the reason why it has none."""
    import nbformat

    grade, name = empty_grade(submission, out), submission.edition
    release, source = (
        nbformat.read(out / edition / name / f"{name}.ipynb", as_version=4) for edition in ("release", "source")
    )
    notebook, notes = choose(submission, release)
    if earlier and earlier.has_answers and not has_answers(notebook, release):
        raise CourseError("; ".join([*notes, EMPTY]))
    grade.notes += [*notes, *numbers_of(notebook, release, submission), *borrowed(notebook, source, release)]
    grade.answers = fingerprints(notebook, release)
    notebook, problems = autograde(notebook, submission, out, limits, seed)
    grade.exercises = results(notebook)
    grade.points = grade.earned
    grade.notes += [*troubles(notebook), *problems]
    return grade


def choose(submission, release):
    """Return the notebook that is graded, with each cell in its place, and notes: the newest one that has answers.

    If none has answers, it is the newest one that can be read. Raises CourseError if none can be.
    """
    unread, empty = {}, {}
    for path in (submission.path, *submission.older):
        try:
            notebook, notes = read_submission(path)
        except CourseError as reason:
            unread[path] = reason
            continue
        notes += heal(notebook, release)
        if has_answers(notebook, release):
            count = len(submission.older) + 1
            about = [f"graded: {path.name}, the newest with answers of {count} notebooks"] if count > 1 else []
            passed_over = unread | dict.fromkeys(empty, EMPTY)
            return notebook, [
                *about,
                *(f"{path.name} is newer, but {why}" for path, why in passed_over.items()),
                *notes,
            ]
        empty[path] = notebook, notes
    if not empty:
        raise unread[submission.path]
    notebook, notes = next(iter(empty.values()))
    return notebook, [*(f"{path.name}: {reason}" for path, reason in unread.items()), *notes]


def numbers_of(notebook, release, submission):
    """Let the questions of an exam be judged with the student's own numbers; yields a note where it has others.

    The answers to somebody else's numbers are worth nothing; a question without numbers is the same for all.
    """
    if FOR not in release.metadata:
        return
    claimed, names = notebook.metadata.get(FOR), [*map(plain, submission.names or (submission.student,))]
    mine = claimed if claimed in names else names[0]
    notebook.metadata[FOR] = mine
    if claimed != mine:
        whose = f"those of {str(claimed)[:80]}" if claimed else "nobody's"
        yield (
            f"its questions are {whose}; it was judged with the numbers of {mine}. "
            "If both are one student, grade into a new folder with a class list (--students)"
        )


def autograde(notebook, submission, out, limits, seed):
    """Let nbgrader grade a notebook and write its feedback; returns the graded notebook, and problems.

    Raises CourseError where there is no grade.
    """
    import nbformat

    from course_lib.workshop.grading.execution import steps
    from course_lib.workshop.grading.feedback import FeedbackPage, WholeCharacters, pages

    name, student = submission.edition, submission.id
    path = out / "submitted" / student / name / f"{name}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)
    bounds = {"limits": asdict(limits), "seed": seed, "run": str(out), "student": student}
    executed, *recorded = steps()
    course = open_course(
        out,
        Autograde={"autograde_preprocessors": [executed, WholeCharacters, *recorded]},
        SandboxedExecute=bounds,
        GenerateFeedback={"exporter_class": FeedbackPage, "preprocessors": pages()},
    )
    outcome = course.autograde(name, student, force=True)
    if not outcome["success"]:
        raise CourseError(f"nbgrader gave up: {complaint(outcome)}")
    outcome = course.generate_feedback(name, student, force=True)
    problems = [] if outcome["success"] else [f"it has no feedback page: {complaint(outcome)}"[:MOST_SAID]]
    return nbformat.read(out / "autograded" / student / name / path.name, as_version=4), problems
