"""`course lessons` lists them; `course run`: one from top to bottom without a browser, and a page to read."""

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from course_lib.errors import CourseError
from course_lib.files import atomic_file
from course_lib.runtime import REPOSITORY, cache_folder
from course_lib.workshop.cli.console import complain, table
from course_lib.workshop.lessons import LESSONS, find_lesson
from course_lib.workshop.notebooks import own_sockets, read_notebook

if TYPE_CHECKING:  # each command imports what it needs when it runs
    from nbclient import NotebookClient
    from nbconvert import HTMLExporter
    from nbformat import NotebookNode

NOTEBOOKS = REPOSITORY / "notebooks"


def lessons() -> None:
    """List the lessons, and how long each takes, as its card says.

    \b
    Example:
      course lessons

    \b
    Exit status:
      0  listed
      2  a notebook is missing
    """
    from course_lib.workshop.present import time_needed

    notebooks = {lesson.stem: read_notebook(find_notebook(lesson.stem)) for lesson in LESSONS}
    typer.echo(table([{"lesson": stem, "time": time_needed(notebook)} for stem, notebook in notebooks.items()]))


def run(
    lesson: Annotated[str, typer.Argument(help="Its number (05 or 5) or its name.")],
    out: Annotated[
        Path | None, typer.Option(dir_okay=False, help="The page. Default: data/cache/pages/LESSON.html.")
    ] = None,
) -> None:
    """Run a lesson and write an HTML page of it.

    It needs no browser, and its page no network. The notebook itself stays as it is. When a cell fails, the page ends
    with its error.

    \b
    Example:
      course run 05 --out training.html

    \b
    Exit status:
      0  every cell ran
      1  a cell failed; the message says which
      2  there is no such lesson, or the page can't be written
    """
    from course_lib.workshop.present.exporter import LessonPage

    path = find_notebook(lesson)
    page = out or cache_folder() / "pages" / f"{path.stem}.html"
    notebook = without_outputs(read_notebook(path))
    started = time.monotonic()
    failure = execute(notebook, path.parent)
    write_html(LessonPage(), notebook, path.stem, page)
    if failure:
        complain(f"{path.name}, {failure}\nThe page up to there: {page}")
        raise typer.Exit(1)
    typer.echo(f"{path.name} ran in {time.monotonic() - started:.0f} s; its page: {page}")


def find_notebook(lesson: str) -> Path:
    """The notebook of a lesson, by number or name. Raises CourseError where there is none."""
    path = NOTEBOOKS / f"{find_lesson(lesson).stem}.ipynb"
    if not path.exists():
        raise CourseError(f"{path} is missing; expected a checkout of the course's repository there")
    return path


def without_outputs(notebook: "NotebookNode") -> "NotebookNode":
    """The notebook, in place, without what it printed before."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return notebook


def execute(notebook: "NotebookNode", folder: Path) -> str | None:
    """Run the cells of `notebook` in place, in `folder`; returns what failed, as text, or None."""
    from nbclient.exceptions import CellExecutionError, DeadKernelError
    from tqdm import tqdm

    code_cells = [(index, cell) for index, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
    with kernel_for(notebook, folder) as client:
        for number, (index, cell) in enumerate(tqdm(code_cells, unit="cell", leave=False), start=1):
            try:
                client.execute_cell(cell, index)
            except CellExecutionError as error:
                return f"code cell {number} of {len(code_cells)} failed: {error.ename}: {error.evalue}"
            except DeadKernelError:
                return f"code cell {number} of {len(code_cells)} ended the kernel; was there enough memory?"
    return None


@contextlib.contextmanager
def kernel_for(notebook: "NotebookNode", folder: Path, **options: object) -> Iterator["NotebookClient"]:
    """Yield a client whose `execute_cell` runs a cell of the notebook in `folder`; the kernel ends with the block."""
    from nbclient import NotebookClient

    with own_sockets() as config:
        client = NotebookClient(
            notebook,
            kernel_name="python3",
            config=config,
            extra_arguments=["--log-level=ERROR"],  # each start would come with a warning about encryption
            resources={"metadata": {"path": str(folder)}},
            shutdown_kernel="immediate",  # it may be busy
            **options,
        )
        with client.setup_kernel():
            yield client


def write_html(exporter: "HTMLExporter", notebook: "NotebookNode", title: str, out: Path) -> None:
    """Write the notebook with its outputs as one HTML file."""
    with atomic_file(out) as draft:
        draft.write_text(html_of(exporter, notebook, title), encoding="utf-8")


def html_of(exporter: "HTMLExporter", notebook: "NotebookNode", title: str) -> str:
    """The HTML of the notebook with its outputs."""
    return exporter.from_notebook_node(notebook, {"metadata": {"name": title}})[0]
