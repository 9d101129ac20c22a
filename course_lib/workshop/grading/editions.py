"""The editions of the exercises: `source` has what is asked and the solutions, `release` what is asked."""

import os
import shutil
import sys
import tempfile
from pathlib import Path

from course_lib.errors import CourseError
from course_lib.runtime import REPOSITORY
from course_lib.workshop.exercises.results import results
from course_lib.workshop.grading.heads import count_in_sheet, list_in_lesson
from course_lib.workshop.grading.sheets import fill
from course_lib.workshop.grading.versions import stamp
from course_lib.workshop.lessons import SHEETS, find_lesson
from course_lib.workshop.notebooks import tidy, write_notebook

EDITIONS = REPOSITORY / "notebooks" / "exercises"
STUB = "# your code here"


def edition_of(lesson, edition="release"):
    """The exercise notebook of a lesson, or the capstone, by number or name. Raises CourseError where it has none."""
    stem = find_lesson(lesson, SHEETS).stem
    path = EDITIONS / edition / stem / f"{stem}.ipynb"
    if not path.exists():
        raise CourseError(f"lesson {stem} has no exercises: {path} is missing")
    return path


def open_course(root, **settings):
    """nbgrader's interface to the course in the folder `root`; `settings` are classes of nbgrader and their traits."""
    try:
        from nbgrader.apps import NbGraderAPI
    except ImportError:
        raise CourseError('this needs nbgrader, an optional extra: pip install -e ".[grade]"') from None
    from traitlets.config import Config

    tools = str(Path(sys.executable).parent)  # nbgrader starts `alembic` by its name, and not every .venv is activated
    if tools not in os.environ["PATH"].split(os.pathsep):
        os.environ["PATH"] = tools + os.pathsep + os.environ["PATH"]
    settings |= {"CourseDirectory": {"root": str(root)}, "ClearSolutions": {"code_stub": {"python": STUB}}}
    return NbGraderAPI(config=Config(settings))


def generate(course, name):
    """Let nbgrader make the student edition `name`. Raises CourseError with what it complains about."""
    outcome = course.generate_assignment(name)
    if not outcome["success"]:
        raise CourseError(f"nbgrader could not make {name}: {complaint(outcome)}")


def complaint(outcome):
    """The last error that nbgrader named in what it logged."""
    lines = f"{outcome.get('error', '')}\n{outcome.get('log', '')}".strip().splitlines() or ["no reason given"]
    return next((line.strip() for line in reversed(lines) if "Error" in line or "Exception" in line), lines[-1])


def fill_sources(sources):
    """Write the library's answers and checks into the notebooks `sources`, and run them; their lessons list them.

    Raises CourseError where a cell raises an error, or a solution isn't right.
    """
    import nbformat

    for source in sources:
        notebook = nbformat.read(source, as_version=4)
        fill(notebook, source.name[:2])
        count_in_sheet(notebook)
        run(notebook, source)
        if wrong := [result.message for result in results(notebook) if not result.passed]:
            raise CourseError(f"{source.stem}: its own solutions should be right, but {'; '.join(wrong)}")
        lesson = source.parents[3] / source.name
        if lesson.exists():
            told = nbformat.read(lesson, as_version=4)
            list_in_lesson(told, notebook)
            write_notebook(told, lesson)


def run(notebook, path):
    """Run a notebook where `path` lies, and store it there. Raises CourseError where a cell raises an error."""
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError

    quiet = {"record_timing": False, "extra_arguments": ["--log-level=ERROR"]}
    try:
        NotebookClient(
            notebook, kernel_name="python3", resources={"metadata": {"path": str(path.parent)}}, **quiet
        ).execute()
    except CellExecutionError as error:
        raise CourseError(
            f"{path.parent.parent.name}/{path.stem} does not run: {error.ename}: {error.evalue}"
        ) from None
    tidy(notebook)
    write_notebook(notebook, path)


def generate_releases(sources):
    """The student editions of the notebooks `sources`, without outputs, in their order."""
    import nbformat

    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch)
        for source in sources:
            shutil.copytree(source.parent, root / "source" / source.stem)
            generate(open_course(root), source.stem)
        made = [root / "release" / source.stem / source.name for source in sources]
        return [nbformat.read(path, as_version=4) for path in made]


def make_releases(sources):
    """Write the solutions into the notebooks `sources`, make their student editions, run and store them; yields the
    paths of the latter.

    Raises:
        CourseError: an edition does not run from top to bottom.
    """
    fill_sources(sources)
    for source, notebook in zip(sources, generate_releases(sources), strict=True):
        target = source.parents[2] / "release" / source.stem / source.name
        target.parent.mkdir(parents=True, exist_ok=True)
        stamp(notebook)
        run(notebook, target)
        yield target
