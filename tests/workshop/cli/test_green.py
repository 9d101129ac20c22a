"""`course green` on a copy of the course: it restores what was spoiled, and a second run changes nothing."""

import importlib
import shutil

import pytest

from course_lib.errors import CourseError
from course_lib.workshop.notebooks import read_notebook, write_notebook
from tests.notebooks.lesson import LESSON_FILES, REPOSITORY

green = importlib.import_module("course_lib.workshop.cli.green")  # the package has the command under this name
LESSON = next(path.name for path in LESSON_FILES if (REPOSITORY / "notebooks/exercises/source" / path.stem).exists())
SHEET = f"{LESSON.removesuffix('.ipynb')}/{LESSON}"
MISTAKES = f"course_lib/workshop/exercises/lesson_{LESSON[:2]}.toml"
SOURCE, RELEASE = f"notebooks/exercises/source/{SHEET}", f"notebooks/exercises/release/{SHEET}"


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A copy of the course without what nothing here is derived from."""
    root = tmp_path_factory.mktemp("course") / "course"
    left_out = shutil.ignore_patterns(".git", ".venv", ".*_cache", "__pycache__", "*.egg-info", "mine", "runs")
    for name in ("course_lib", "tests", "notebooks", "data/studies"):
        shutil.copytree(REPOSITORY / name, root / name, ignore=left_out)
    for path in [*REPOSITORY.glob("*.*"), REPOSITORY / "data/readme.png"]:
        if path.is_file():
            shutil.copy(path, root / path.relative_to(REPOSITORY))
    return root


def files(root):
    """All files and their contents, but for caches."""
    found = {path.relative_to(root).as_posix(): path for path in root.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in found.items() if "_cache" not in name}


def in_cells(root, name, old, new):
    """Replace a text in all cells of a notebook."""
    notebook = read_notebook(root / name)
    assert any(old in cell.source for cell in notebook.cells), old
    for cell in notebook.cells:
        cell.source = cell.source.replace(old, new)
    write_notebook(notebook, root / name)


def in_text(root, name, old, new):
    text = (root / name).read_text(encoding="utf-8")
    assert old in text
    (root / name).write_text(text.replace(old, new, 1), encoding="utf-8")


def test_all_that_is_derived_is_restored_byte_for_byte(course):
    assert list(green.derived(course)) == []
    before = files(course)
    in_text(course, "course_lib/__init__.py", "__version__ = ", "__version__=")
    in_text(course, "course_lib/workshop/lessons.py", "\nfrom ", "\nimport zipfile\nfrom ")
    in_text(course, "README.md", "](notebooks/01_", "](notebooks/02_")
    in_text(course, "CITATION.cff", "\nversion: ", "\nversion: 9.")
    in_text(course, "constraints.txt", "\ntorch==", "\ntorch==0.")
    in_cells(course, SOURCE, "### BEGIN SOLUTION", "### BEGIN SOLUTION\n# another")
    in_cells(course, SOURCE, f"## {LESSON[:2]}.1 · ", f"## {LESSON[:2]}.1 · Another ")
    in_text(course, MISTAKES, f'["{LESSON[:2]}.1"] # ', f'["{LESSON[:2]}.1"] # Another ')
    in_cells(course, RELEASE, "<summary>Hint</summary>", "<summary>Clue</summary>")
    in_cells(course, f"notebooks/{LESSON}", " minutes, ★", "1 minutes, ★")
    in_cells(course, RELEASE, "# your code here", "# my code")  # so it runs again
    other = (REPOSITORY / "data/studies/emoji.png").read_bytes()
    (course / green.PICTURE).write_bytes(other)
    told = " ".join(green.derived(course))
    for name in (
        "course_lib/__init__.py",
        "CITATION.cff",
        "constraints.txt",
        SOURCE,
        MISTAKES,
        RELEASE,
        LESSON,
        green.PICTURE,
    ):
        assert name in told
    assert files(course) == before
    assert list(green.derived(course)) == []


def test_a_lesson_whose_code_has_changed_is_named_with_the_command_that_runs_it(course):
    path = course / "notebooks" / LESSON
    before = path.read_bytes()
    assert list(green.lessons_to_run(course)) == []
    in_cells(course, f"notebooks/{LESSON}", "import torch", "import torch  # changed")
    (told,) = green.lessons_to_run(course)
    assert told.endswith(f'make refresh NOTEBOOK="notebooks/{LESSON}"')
    path.write_bytes(before)


def test_the_marks_of_a_merge_are_named_before_anything_is_written(course):
    path = course / RELEASE
    before = path.read_bytes()
    path.write_bytes(before.replace(b"\n", b"\n<<<<<<< HEAD\n", 1))
    with pytest.raises(CourseError, match=f"the marks of a merge: {RELEASE}; .*take either side"):
        list(green.derived(course))
    path.write_bytes(before)
