"""The first week of a term on a clone of this course: a student works, the course changes, `course update` is given."""

import os
import subprocess
import sys

import nbformat
import pytest
from jupyter_server.services.contents.filemanager import FileContentsManager
from nbclient import NotebookClient
from nbformat.v4 import new_markdown_cell

from course_lib.workshop.grading.versions import stamp
from course_lib.workshop.lessons import LESSONS
from course_lib.workshop.notebooks import read_notebook, tidy, write_notebook
from tests.notebooks.lesson import REPOSITORY

pytestmark = pytest.mark.slow
READ = [lesson.stem for lesson in LESSONS[:6]]  # what the student reads in the first week
RUN, CORRECTED = READ[:2], READ[1:4]
NOTE = "My note in {}."
SETTINGS = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull} | {
    f"GIT_{who}_{what}": "a@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
}


def call(folder, *command):
    """Run a command in a clone, with the library of the clone; returns what it prints."""
    environment = os.environ | SETTINGS | {"PYTHONPATH": str(folder)}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout


def course(folder, *arguments):
    return call(folder, sys.executable, "-c", "from course_lib.workshop.cli import app; app()", *arguments)


def sheet(folder, stem, edition):
    return folder / "notebooks" / "exercises" / edition / stem / f"{stem}.ipynb"


def save(notebook, path):
    """Save as JupyterLab does under another Python."""
    tidy(notebook)
    notebook.metadata.language_info.version = "3.13.0"
    FileContentsManager(root_dir=str(path.parent)).save(
        {"type": "notebook", "format": "json", "content": notebook}, path.name
    )


def read_lessons(clone):
    """Write a note into each lesson, and run the first two."""
    for stem in READ:
        path = clone / "notebooks" / f"{stem}.ipynb"
        notebook = read_notebook(path)
        notebook.cells.insert(2, new_markdown_cell(NOTE.format(stem)))
        if stem in RUN:
            NotebookClient(notebook, resources={"metadata": {"path": str(path.parent)}}, record_timing=False).execute()
        save(notebook, path)


def answer(path, number, code):
    """Write an answer into a sheet, and save it."""
    notebook = read_notebook(path)
    cell = next(c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == f"answer-{number}")
    cell.source = code
    save(notebook, path)


def correct(server):
    """The lecturer corrects three lessons, and a question of the first sheet."""
    for stem in CORRECTED:
        path = server / "notebooks" / f"{stem}.ipynb"
        notebook = read_notebook(path)
        notebook.cells[1].source += "\n\nCorrected."
        write_notebook(notebook, path)
    for stem in (READ[1], READ[2]):
        path = sheet(server, stem, "release")
        notebook = read_notebook(path)
        number = stem[:2]
        asked = next(cell for cell in notebook.cells if cell.source.startswith(f"## {number}.2 · "))
        asked.source += "\n\nAsked anew."
        stamp(notebook)
        write_notebook(notebook, path)
    call(server, "git", "commit", "--quiet", "--all", "--message=corrected")


def texts(notebook):
    return [cell.source for cell in nbformat.read(notebook, as_version=4).cells]


@pytest.mark.skipif(not (REPOSITORY / ".git").exists(), reason="this is not a clone of the course")
def test_after_a_week_of_work_an_update_loses_nothing_and_is_blocked_by_nothing(tmp_path, monkeypatch):
    server, clone = tmp_path / "server", tmp_path / "clone"
    call(tmp_path, "git", "clone", "--quiet", REPOSITORY, server)
    call(server, "git", "switch", "--quiet", "--create", "term")
    call(tmp_path, "git", "clone", "--quiet", server, clone)
    monkeypatch.setenv("PYTHONPATH", str(clone))  # for the kernels

    read_lessons(clone)
    course(clone, "start", READ[1][:2])
    answer(sheet(clone, READ[1], "mine"), f"{READ[1][:2]}-2", "prediction = {}  # in my copy")
    answer(sheet(clone, READ[2], "release"), f"{READ[2][:2]}-1", "answer = {}  # in the student edition")
    before = {stem: texts(clone / "notebooks" / f"{stem}.ipynb") for stem in READ}
    correct(server)

    course(clone, "update")
    assert call(clone, "git", "rev-parse", "HEAD") == call(server, "git", "rev-parse", "HEAD")
    changed = call(clone, "git", "status", "--short").split()[1::2]
    assert set(changed) <= {f"notebooks/{stem}.ipynb" for stem in READ if stem not in CORRECTED}
    for stem in READ:
        kept = (clone / "notebooks" / "mine").glob(f"{stem}_*.ipynb")
        assert before[stem] in [texts(path) for path in (*kept, clone / "notebooks" / f"{stem}.ipynb")]
    for stem in CORRECTED:
        assert any("Corrected." in text for text in texts(clone / "notebooks" / f"{stem}.ipynb"))
    for stem, kept in (READ[1], "# in my copy"), (READ[2], "# in the student edition"):
        mine = texts(sheet(clone, stem, "mine"))
        assert any("Asked anew." in text for text in mine)
        assert any(kept in text for text in mine)
    assert course(clone, "update").splitlines() == ["There is nothing new on the server of the course."]
