"""A folder of submissions becomes a gradebook, a CSV table, and pages to read: whatever is in it, all get grades."""

import multiprocessing
import os
import threading
from concurrent.futures import ThreadPoolExecutor, as_completed

from course_lib.errors import CourseError
from course_lib.workshop.grading.alike import note_alike
from course_lib.workshop.grading.editions import EDITIONS
from course_lib.workshop.grading.exam import finder
from course_lib.workshop.grading.grade import grade_submission
from course_lib.workshop.grading.grades import empty_grade
from course_lib.workshop.grading.mistakes import write_mistakes
from course_lib.workshop.grading.namespace import OPEN_DOOR, UNPROTECTED, can_isolate
from course_lib.workshop.grading.records import (
    all_kept,
    bring_editions,
    forget_remarks,
    keep,
    kept,
    open_run,
    owners_in,
    place_of,
    record_in,
)
from course_lib.workshop.grading.report import write_report
from course_lib.workshop.grading.sandbox import Limits
from course_lib.workshop.grading.students import by_names, read_class
from course_lib.workshop.grading.submissions import find_submissions
from course_lib.workshop.remote.bounds import bound_resources

CONTEXT = multiprocessing.get_context("forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else None)
TO_RECORD = 300  # seconds that nbgrader may take beside what the submission has


def grade_folder(folder, out, limits=None, editions=EDITIONS, seed=None, add=False, students=None):
    """Grade what is in `folder` (FOLDER/STUDENT/NN_topic.ipynb), and write everything into `out`.

    `out` becomes a course of nbgrader's: submitted/, autograded/, feedback/ and gradebook.db; with grades.csv and
    index.html, and with mistakes.csv and mistakes.html about the class. A run that was ended early is continued. With
    `add`, one that is finished takes what is new or has changed; the rest is left as it is, corrections by hand
    included. The checks draw their cases with `seed`. `students` is the path of a class list, a CSV file; without it,
    students are told apart by their names.

    Yields each grade as soon as it is there, after how many there are now, and how many there will be.

    Raises:
        CourseError: the submissions should be isolated (see `Limits`), and this system can't isolate them.
    """
    limits = limits or Limits()
    if limits.isolated and not can_isolate():
        raise CourseError(OPEN_DOOR)
    names = sorted(path.name for path in (editions / "source").glob("[0-9]*"))
    class_list = read_class(students) if students else None
    seed = open_run(out, seed, add)
    identify = class_list.identify if class_list else by_names(owners_in(out))
    submissions = find_submissions(folder, names, out / "unpacked", identify)
    needed = sorted({submission.edition for submission in submissions if submission.edition})
    bring_editions(out, needed, editions / "source")
    if CONTEXT.get_start_method() == "forkserver":
        CONTEXT.set_forkserver_preload(
            [f"course_lib.workshop.grading.{name}" for name in ("grade", "execution", "feedback")]
        )
    pool = ThreadPoolExecutor(min(4, os.cpu_count() or 1))
    try:
        futures = [pool.submit(grade_apart, each, out, limits, seed) for each in submissions]
        for done, future in enumerate(as_completed(futures), start=1):
            yield done, len(submissions), future.result()
    finally:
        pool.shutdown(cancel_futures=True)
    forget_remarks(out, submissions)
    everybody = all_kept(out)
    alike = note_alike(everybody)
    write_mistakes(out, everybody, finder(out))
    write_report(out, everybody, seed, alike)


def grade_apart(submission, out, limits, seed):
    """The grade of a submission, from an earlier run or from a process of its own, which ends no other."""
    if submission.edition is None:
        return keep(empty_grade(submission, out), submission, out)
    if grade := kept(submission, out):
        return grade
    process = CONTEXT.Process(target=grade_and_keep, args=(submission, out, limits, seed))
    process.start()
    process.join(3 * limits.patience + TO_RECORD)
    process.kill()
    process.join()
    if grade := kept(submission, out):
        return grade
    return keep(empty_grade(submission, out, "not graded: it ended the process that graded it"), submission, out)


def grade_and_keep(submission, out, limits, seed):
    """Grade a submission and keep its grade, unless the run ends before.

    This process compares what the submission gave, so it has bounds, too.
    """
    threading.Thread(target=end_with_the_run, daemon=True).start()
    bound_resources(DATA=limits.memory)
    earlier, _ = record_in(place_of(submission, out))
    grade = grade_submission(submission, out, limits, seed, earlier)
    grade.notes += [] if limits.isolated else [UNPROTECTED]
    keep(grade, submission, out)


def end_with_the_run():
    """Wait until the process is gone that asked for a grade, and end: a run that goes on must be alone in `out`."""
    multiprocessing.parent_process().join()
    os._exit(1)
