"""The editions of the exercises: `source` has what is asked and the solutions, `release` what is asked."""

import contextlib
import copy
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from nbformat import NotebookNode

from course_lib.errors import CourseError
from course_lib.runtime import REPOSITORY
from course_lib.workshop.exercises.results import results
from course_lib.workshop.grading.heads import count_in_sheet, list_in_lesson
from course_lib.workshop.grading.sheets import fill
from course_lib.workshop.grading.versions import stamp
from course_lib.workshop.lessons import SHEETS, find_lesson
from course_lib.workshop.notebooks import (
    CODE,
    digest_of_code,
    is_stale,
    own_sockets,
    read_notebook,
    tidy,
    write_if_changed,
)

EDITIONS = REPOSITORY / "notebooks" / "exercises"
STUB = "# your code here"
STUBS = {"ClearSolutions": {"code_stub": {"python": STUB}}}  # a setting of nbgrader


def edition_of(lesson, edition="release"):
    """The exercise notebook of a lesson, or the capstone, by number or name. Raises CourseError where it has none."""
    stem = find_lesson(lesson, SHEETS).stem
    path = EDITIONS / edition / stem / f"{stem}.ipynb"
    if not path.exists():
        raise CourseError(f"lesson {stem} has no exercises: {path} is missing")
    return path


def open_course(root, **settings):
    """nbgrader's interface to the course in the folder `root`; `settings` are classes of nbgrader and their traits."""
    with needs_nbgrader():
        from nbgrader.apps import NbGraderAPI
    from traitlets.config import Config

    tools = str(Path(sys.executable).parent)  # nbgrader starts `alembic` by its name, and not every .venv is activated
    if tools not in os.environ["PATH"].split(os.pathsep):
        os.environ["PATH"] = tools + os.pathsep + os.environ["PATH"]
    return NbGraderAPI(config=Config(settings | STUBS | {"CourseDirectory": {"root": str(root)}}))


@contextlib.contextmanager
def needs_nbgrader() -> Iterator[None]:
    """Say how to install nbgrader where an import in this block doesn't find it."""
    try:
        yield
    except ImportError:
        raise CourseError('this needs nbgrader, an optional extra: pip install -e ".[grade]"') from None


def generate(course, name):
    """Let nbgrader make the student edition `name`. Raises CourseError with what it complains about."""
    outcome = course.generate_assignment(name)
    if not outcome["success"]:
        raise CourseError(f"nbgrader could not make {name}: {complaint(outcome)}")


def complaint(outcome):
    """The last error that nbgrader named in what it logged."""
    lines = f"{outcome.get('error', '')}\n{outcome.get('log', '')}".strip().splitlines() or ["no reason given"]
    return next((line.strip() for line in reversed(lines) if "Error" in line or "Exception" in line), lines[-1])


def write_editions(sources: Sequence[Path]) -> Iterator[Path]:
    """Bring both editions of sheets up to date, and the list of their exercises in each lesson.

    The source editions get the solutions and checks of the library. An edition runs only if its code has changed since
    its outputs were stored.

    Yields:
        The files that have changed.

    Raises:
        CourseError: a cell raises an error, a solution isn't right, or nbgrader refuses a sheet.
    """
    for source in sources:
        notebook = filled(source)
        if is_stale(notebook):
            run(notebook, source)
            if wrong := [result.message for result in results(notebook) if not result.passed]:
                raise CourseError(f"{source.stem}: its own solutions should be right, but {'; '.join(wrong)}")
        yield from write_if_changed(notebook, source)
        lesson, target = source.parents[3] / source.name, source.parents[2] / "release" / source.stem / source.name
        if lesson.exists():
            told = read_notebook(lesson)
            list_in_lesson(told, notebook)
            yield from write_if_changed(told, lesson)
        release = generate_release(notebook, source.stem)
        stamp(release)
        if not (target.exists() and take_outputs(release, read_notebook(target))):
            run(release, target)
        yield from write_if_changed(release, target)


def filled(source: Path) -> NotebookNode:
    """Return a source edition with the solutions and checks of the library, and the number of its exercises."""
    notebook = read_notebook(source)
    fill(notebook, source.name[:2])
    count_in_sheet(notebook)
    return notebook


def generate_release(source: NotebookNode, name: str) -> NotebookNode:
    """Return the student edition of a sheet, without outputs, made by the steps of nbgrader.

    Its own command also keeps a gradebook, which takes a second for each sheet.
    """
    with needs_nbgrader():
        from nbgrader.converters.generate_assignment import GenerateAssignment
    from traitlets.config import Config

    notebook, config = copy.deepcopy(source), Config(STUBS)
    try:
        for step in GenerateAssignment.preprocessors.default_args[0]:
            if step.__name__ != "SaveCells":  # into a gradebook
                notebook, _ = step(config=config).preprocess(notebook, {})
    except Exception as error:
        raise CourseError(f"nbgrader could not make {name}: {error}") from None
    notebook.metadata.pop(CODE, None)
    return notebook


def take_outputs(release: NotebookNode, stored: NotebookNode) -> bool:
    """Give a student edition the outputs of the stored one, in place; returns whether both have the same code."""
    if is_stale(stored) or digest_of_code(release) != digest_of_code(stored):
        return False
    outputs = [cell for cell in stored.cells if cell.cell_type == "code"]
    for cell, run_cell in zip((c for c in release.cells if c.cell_type == "code"), outputs, strict=True):
        cell.outputs, cell.execution_count = run_cell.outputs, run_cell.execution_count
    release.metadata[CODE] = stored.metadata[CODE]
    return True


def run(notebook: NotebookNode, path: Path) -> None:
    """Run a notebook in place, in the folder of `path`. Raises CourseError where a cell raises an error."""
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError

    path.parent.mkdir(parents=True, exist_ok=True)
    quiet = {"record_timing": False, "extra_arguments": ["--log-level=ERROR"]}
    try:
        with own_sockets() as config:
            NotebookClient(
                notebook,
                kernel_name="python3",
                config=config,
                resources={"metadata": {"path": str(path.parent)}},
                **quiet,
            ).execute()
    except CellExecutionError as error:
        raise CourseError(
            f"{path.parent.parent.name}/{path.stem} does not run: {error.ename}: {error.evalue}"
        ) from None
    tidy(notebook)
