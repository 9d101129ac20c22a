"""Whatever is handed in, each has the row that is due, nothing outside is changed, and a repetition says the same."""

import csv
import os
import re
from hashlib import sha256
from pathlib import Path
from urllib.parse import unquote

import pytest

from course_lib.runtime import REPOSITORY
from course_lib.workshop.grading import Limits, grade_folder
from course_lib.workshop.grading.editions import generate_release
from course_lib.workshop.notebooks import read_notebook
from tests.workshop.grading.hostile import CASES
from tests.workshop.grading.isolation import NEEDS_ISOLATION
from tests.workshop.grading.small_course import NAME, write_course

pytestmark = [
    pytest.mark.slow,
    NEEDS_ISOLATION,
]
LIMITS = Limits(seconds=5, patience=100, memory=2 * 2**30, processes=60)
RUNS = 3
AGAIN = ["two files", "copied check", "no metadata", "half"]


def handed_in(root, names):
    """The folder `in` with the submissions of these cases."""
    release = generate_release(read_notebook(write_course(root)), NAME)
    (root / "in").mkdir()
    for name in names:
        CASES[name].hand_in(root / "in" / name, release)
    return root


def graded(root, out, **settings):
    """The grades by student."""
    return {grade.student: grade for *_, grade in grade_folder(root / "in", out, LIMITS, editions=root, **settings)}


def digests(*folders):
    """What is in these folders: path -> digest."""
    found = {}
    for folder in folders:
        for path in Path(folder).rglob("*"):
            if path.is_file() and not path.is_symlink() and not {"__pycache__", ".venv", ".git"} & set(path.parts):
                found[path] = sha256(path.read_bytes()).hexdigest()
    return found


@pytest.fixture(scope="module")
def day(tmp_path_factory):
    """The grades of all, the folder of the results, and what was in all folders within reach before and after."""
    root = handed_in(tmp_path_factory.mktemp("course"), CASES)
    home = root / "home"
    home.mkdir()
    (home / "thesis.txt").write_text("mine")
    within_reach = [root / "in", root / "source", home, REPOSITORY / "course_lib", REPOSITORY / "notebooks"]
    before, places = digests(*within_reach), set(os.listdir("/"))
    grades = graded(root, root / "out", seed=7)
    assert set(os.listdir("/")) == places
    return grades, root / "out", before, digests(*within_reach)


def student_of(name):
    """The student that a case is taken for."""
    return f"{name}.ipynb" if name == "beside" else name.removesuffix("_4711_assignsubmission_file")


def test_everybody_has_the_points_that_are_due(day):
    grades, *_ = day
    assert {student_of(name) for name in CASES} == grades.keys()
    given = {name: grades[student_of(name)].points for name in CASES}
    assert given == {name: case.points for name, case in CASES.items()}


def test_what_is_wrong_is_said(day):
    grades, *_ = day
    unsaid = {name: grades[student_of(name)].notes for name, case in CASES.items()}
    assert {name: notes for name, notes in unsaid.items() if CASES[name].note not in "; ".join(notes)} == {}


def test_nothing_within_reach_was_changed(day):
    *_, before, after = day
    assert before == after


def test_the_table_and_the_page_have_everybody_and_run_nothing(day):
    grades, out, *_ = day
    with open(out / "grades.csv", encoding="utf-8", newline="") as file:
        rows = {row["student"] for row in csv.DictReader(file)}
    assert len(rows) == len(grades)
    assert not [name for name in rows if name[0] in "=+@"]
    page = (out / "index.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert page.count("<bdi>") == 2 * len(grades)


def test_the_gradebook_and_the_pages_of_feedback_say_the_same(day):
    from nbgrader.api import Gradebook  # takes a second, in every process that collects tests

    grades, out, *_ = day
    summary = (out / "index.html").read_text(encoding="utf-8")
    judged = [grade for grade in grades.values() if grade.is_judged]
    with Gradebook(f"sqlite:///{out / 'gradebook.db'}") as book:
        scores = {grade.student: book.find_submission(grade.edition, grade.id).score for grade in judged}
    assert scores == pytest.approx({grade.student: grade.points for grade in judged})
    assert all((out / grade.page).exists() for grade in judged)
    linked = {unquote(path) for path in re.findall(r'<a href="(feedback/[^"]+)"', summary)}
    assert linked == {grade.page.as_posix() for grade in grades.values() if (out / grade.page).exists()}


def test_every_run_gives_the_same_grades(tmp_path):
    root = handed_in(tmp_path, AGAIN)
    runs = [graded(root, tmp_path / f"out{number}") for number in range(RUNS)]
    points = [{name: (grade.points, grade.notes) for name, grade in run.items()} for run in runs]
    assert points == RUNS * points[:1]
    assert {name: grade.points for name, grade in runs[0].items()} == {name: CASES[name].points for name in AGAIN}
