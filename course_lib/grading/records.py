"""What is kept of a run of grading, so that it can be continued: its seed, and each grade as soon as there is one."""

import secrets
import shutil
from dataclasses import asdict

from course_lib.errors import CourseError
from course_lib.exercises.results import Result
from course_lib.files import read_json, sha256, write_json
from course_lib.grading.editions import generate, open_course
from course_lib.grading.exam import FOLDER
from course_lib.grading.grade import OURS, Grade

RUN, TABLE = "run.json", "grades.csv"


def open_run(out, names, sources, seed=None, add=False):
    """Begin a run of grading in the folder `out`, or go on with the one that is there; returns its seed.

    `names` are the editions that are needed from `sources`.

    Raises:
        CourseError: `out` has something else in it, a run with another seed, or one that is finished, and not to be
            added to.
    """
    if out.exists() and any(out.iterdir()) and not (out / RUN).exists():
        raise CourseError(f"{out} has other things in it; expected a new folder, or one with an earlier run")
    if (out / TABLE).exists() and not add:
        raise CourseError(f"{out} holds a finished run; add to it what is new or has changed (--add), or name another")
    earlier = read_json(out / RUN)["seed"] if (out / RUN).exists() else None
    if None not in (earlier, seed) and earlier != seed:
        raise CourseError(f"the run in {out} has the seed {earlier}, not {seed}")
    seed = earlier if earlier is not None else secrets.randbelow(2**31) if seed is None else seed
    write_json(out / RUN, {"seed": seed})
    for name in names:
        if not (out / "release" / name / f"{name}.ipynb").exists():
            shutil.copytree(sources / name, out / "source" / name, dirs_exist_ok=True)
            if (sources.parent / FOLDER).exists():
                shutil.copytree(sources.parent / FOLDER, out / FOLDER, dirs_exist_ok=True)
            generate(open_course(out), name)
    return seed


def place_of(submission, out):
    """Where the grade of a submission is kept."""
    return out / "grades" / f"{submission.id}+{submission.edition or submission.path.name}.json"


def keep(grade, submission, out):
    """Keep a grade, and what it was given for."""
    digest = sha256(submission.path) if submission.path.is_file() else None
    write_json(place_of(submission, out), {"digest": digest, "grade": asdict(grade)})


def kept(submission, out):
    """The grade that was kept for the very same file; None if there is none."""
    place = place_of(submission, out)
    if not place.exists() or not submission.edition:
        return None
    record = read_json(place)
    return as_grade(record) if record["digest"] == sha256(submission.path) else None


def all_kept(out, new):
    """The grades of all runs in `out`, in the order of the students; of the students in `new` only those."""
    students = {grade.student for grade in new}
    old = [as_grade(read_json(path)) for path in sorted((out / "grades").glob("*.json"))]
    grades = [*new, *(grade for grade in old if grade.student not in students)]
    return corrected(sorted(grades, key=lambda grade: (grade.student, grade.edition)), out)


def as_grade(record):
    """A grade as it was kept."""
    return Grade(**{**record["grade"], "exercises": [Result(**result) for result in record["grade"]["exercises"]]})


def corrected(grades, out):
    """The grades with the points that the gradebook has now: somebody may have corrected them there by hand."""
    from nbgrader.api import Gradebook, MissingEntry

    if not (out / OURS).exists():
        return grades
    with Gradebook(f"sqlite:///{out / OURS}") as book:
        for grade in grades:
            try:
                entry = book.find_submission(grade.edition, grade.id)
            except MissingEntry:
                continue
            points, of = open_task(entry)
            if entry.score != grade.points + points:
                grade.notes.append(f"corrected by hand: {entry.score - points:g} points, not {grade.points:g}")
            if of:
                grade.notes.append(f"with {points:g} of {of:g} points for the open task")
            grade.points, grade.of = entry.score, grade.of + of
    return grades


def open_task(entry):
    """The points that somebody gave by hand for the open task of a submission, and of how many; of 0 if nobody did."""
    grades = [grade for notebook in entry.notebooks for grade in notebook.grades]
    given = [grade for grade in grades if grade.cell.type == "TaskCell" and grade.manual_score is not None]
    return sum(grade.manual_score for grade in given), sum(grade.max_score for grade in given)
