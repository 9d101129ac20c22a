"""What is kept of a run of grading, so that it can be continued: its seed, and one grade for each student and sheet.

A grade is replaced by its own successor only: by a later submission of the same student for the same sheet that was
judged. A later file that can't be read, or is as empty as it was given out, isn't judged, and nothing else is removed.
"""

import contextlib
import secrets
import shutil
from dataclasses import asdict, replace

from course_lib.errors import CourseError
from course_lib.files import read_json, sha256, write_json
from course_lib.workshop.exercises.results import Result
from course_lib.workshop.grading.editions import generate, open_course
from course_lib.workshop.grading.exam import FOLDER
from course_lib.workshop.grading.gradebook import OURS, corrected, record_nothing
from course_lib.workshop.grading.grades import Grade
from course_lib.workshop.grading.students import Owner

RUN, TABLE = "run.json", "grades.csv"


def open_run(out, seed=None, add=False):
    """Begin a run of grading in the folder `out`, or go on with the one that is there; returns its seed.

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
    return seed


def bring_editions(out, names, sources):
    """Make the student editions `names` of the sheets in the folder `sources`, as far as `out` lacks them."""
    for name in names:
        if not (out / "release" / name / f"{name}.ipynb").exists():
            shutil.copytree(sources / name, out / "source" / name, dirs_exist_ok=True)
            if (sources.parent / FOLDER).exists():
                shutil.copytree(sources.parent / FOLDER, out / FOLDER, dirs_exist_ok=True)
            generate(open_course(out), name)


def place_of(submission, out):
    """The file with the grade of a student for a sheet, or with the remark on what else the student handed in."""
    return out / "grades" / f"{submission.id}+{submission.edition or ''}.json"


def keep(grade, submission, out):
    """Keep a grade and the digest of its file, unless an earlier grade stays; returns the grade that counts."""
    place = place_of(submission, out)
    earlier, digests = record_in(place)
    if earlier and earlier.is_judged and not grade.is_judged:
        note = f"a later {submission.path.name} doesn't count: {grade.notes[-1]}"
        grade = replace(earlier, notes=[*dict.fromkeys((*earlier.notes, note))])
    elif earlier and earlier.is_judged:
        grade.notes.append(f"replaces an earlier submission with {earlier.points:g} of {earlier.of:g} points")
    elif submission.edition and not grade.is_judged and (out / OURS).exists():
        with contextlib.suppress(Exception):  # as far as the gradebook can be written
            record_nothing(submission, out)
    digest = [sha256(submission.path)] if submission.path.is_file() else []
    write_json(place, {"digests": [*digests, *digest], "grade": asdict(grade)})
    return grade


def kept(submission, out):
    """The grade that was kept when this very file was graded, or its successor; None if the file is new."""
    grade, digests = record_in(place_of(submission, out))
    return grade if submission.edition and sha256(submission.path) in digests else None


def forget_remarks(out, submissions):
    """Remove what was remarked of students who handed in again, and of whom there is nothing to remark any more."""
    remarked = {each.student for each in submissions if each.edition is None}
    for submission in submissions:
        if submission.student not in remarked:
            place_of(replace(submission, edition=None), out).unlink(missing_ok=True)


def all_kept(out):
    """The grades of all folders that were graded into `out`, in the order of the students, corrected by hand."""
    grades = [record_in(path)[0] for path in (out / "grades").glob("*.json")]
    return corrected(sorted(grades, key=lambda grade: (grade.student, grade.edition)), out)


def owners_in(out):
    """The owners of all that is kept in `out`, and the student that each was taken for."""
    grades = (record_in(path)[0] for path in (out / "grades").glob("*.json"))
    return {grade.owner: grade.student for grade in grades}


def record_in(place):
    """The grade in a file and the digests of the notebooks that it was kept for; None and nothing if there is none."""
    if not place.exists():
        return None, []
    record = read_json(place)
    grade = Grade(**record["grade"])
    grade.owner, grade.exercises = Owner(*grade.owner), [Result(**result) for result in grade.exercises]
    return grade, record["digests"]
