"""A course of somebody's own: a third of the lessons dropped, a slide added, and all commands and tests still serve."""

import os
import shutil
import subprocess
import sys

import pytest
from nbformat.v4 import new_markdown_cell

from course_lib.workshop.notebooks import read_notebook, write_notebook
from tests.notebooks.lesson import REPOSITORY

pytestmark = pytest.mark.slow
DROPPED = "03", "05", "11", "16-22"
FACTS = (  # what is tested: links, numbers, slides, code and solutions
    "tests/notebooks",
    "tests/test_lessons.py",
    "tests/test_notebooks.py",
    "tests/test_repository.py",
    "tests/workshop/present/site/test_pages.py",
    "tests/workshop/exercises/test_editions.py",
    "tests/workshop/exercises/test_lookalikes.py",
    "tests/workshop/grading/test_borrowed.py",
    "tests/workshop/grading/test_handouts.py",
    "tests/workshop/grading/test_trial.py",
    "tests/workshop/viz/test_diagrams.py",
    "tests/workshop/present/explain/test_walk.py",
    "tests/workshop/cli/test_exercises.py",
    "tests/workshop/cli/test_lessons.py",
)


@pytest.fixture(scope="module")
def fork(tmp_path_factory):
    """A copy of the repository without the dropped lessons and with a slide of its own."""
    if not (REPOSITORY / ".git").exists():
        pytest.skip("this is not a clone of the course")
    root = tmp_path_factory.mktemp("fork") / "course"
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    for name in subprocess.run(listed, cwd=REPOSITORY, capture_output=True, check=True, text=True).stdout.split("\0"):
        if name and (REPOSITORY / name).is_file():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(REPOSITORY / name, root / name)
    course(root, "drop", *DROPPED)
    course(root, "green")
    path = sorted((root / "notebooks").glob("05_*.ipynb"))[0]
    lesson = read_notebook(path)
    lesson.cells.insert(5, new_markdown_cell("## A slide of my own\n\n" + "word " * 200))
    write_notebook(lesson, path)
    return root


def call(root, *command):
    environment = os.environ | {"PYTHONPATH": str(root)}
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout[-5000:]}\n{done.stderr[-5000:]}"
    return done.stdout


def course(root, *arguments):
    return call(root, sys.executable, "-c", "from course_lib.workshop.cli import app; app()", *arguments)


def test_all_names_and_numbers_are_in_line(fork):
    assert course(fork, "renumber") == "0 files changed\n"


@pytest.mark.parametrize("check", [("check",), ("format", "--check")], ids=" ".join)
def test_the_style_is_kept(fork, check):
    call(fork, sys.executable, "-m", "ruff", *check)


def test_the_lecture_has_the_new_slide(fork, tmp_path):
    course(fork, "present", "05", "--out", tmp_path)
    (deck,) = tmp_path.glob("*.html")
    assert "A slide of my own" in deck.read_text(encoding="utf-8")


def test_the_site_is_built(fork, tmp_path):
    course(fork, "site", "--out", tmp_path / "site")
    pages = {path.stem for path in (tmp_path / "site" / "notebooks").glob("*.html")}
    assert pages == {path.stem for path in (fork / "notebooks").glob("*.ipynb")}


@pytest.mark.parametrize("model", ["translator", "chat", "vlm"])
def test_a_page_of_a_model_is_written(model, fork, tmp_path):
    course(fork, "explain", model, "--out", tmp_path / "page.html")
    assert (tmp_path / "page.html").stat().st_size > 1_000_000


def test_every_test_of_facts_passes(fork):
    call(fork, sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *FACTS)
