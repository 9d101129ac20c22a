"""`course green`: whatever is computed from something else, and committed, is written anew."""

import base64
import io
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import typer

from course_lib.errors import CourseError
from course_lib.runtime import REPOSITORY
from course_lib.workshop.cli.numbering import apply, course_files, named_if_lost
from course_lib.workshop.lessons import LESSONS
from course_lib.workshop.notebooks import is_stale, read_notebook, write_if_changed

CODE = "*.py", "course_lib/**/*.py", "tests/**/*.py", "notebooks/**/*.py", "notebooks/**/*.ipynb"
MAP = "viz.draw_course_map()"
PICTURE = "data/readme.png"
CLEARLY, MOST_DIFFERENT = 20, 1e-3  # of 255; part of the pixels: the same drawing on another machine


def green() -> None:
    """Write anew whatever is computed from something else and committed; says in a line what has changed.

    For authors, after any edit; a second run changes nothing. These follow: the format of all files, numbers and names
    of lessons, both editions of the exercises, their list in each lesson, the map of the course, and the pinned
    versions. A lesson is never run: if its code has changed since its outputs were stored, or a study since its card,
    the command that brings it up to date is named. `make green` then checks the style. Needs nbgrader and ruff.

    \b
    Example:
      course green

    \b
    Exit status:
      0  all is in line; what is left to run is named
      2  a merge is unfinished, or something can't be derived; the message says what
    """
    changed = 0
    for line in derived(REPOSITORY):
        typer.echo(line)
        changed += 1
    if not changed:
        typer.echo("all that is derived was up to date")
    for line in [*lessons_to_run(REPOSITORY), *studies_to_run()]:
        typer.echo(line)


def derived(root: Path) -> Iterator[str]:
    """Write anew what is derived; yields a line for each file that has changed.

    Raises:
        CourseError: a file has the marks of an unfinished merge, or what others are derived from is wrong.
    """
    refuse_conflicts(root)
    changes = named_if_lost(root, LESSONS)
    apply(root, changes)
    for name, (target, _) in changes.items():
        yield f"{target}: follows the list of lessons" + f", was {name}" * (name != target)
    yield from formatted(root)
    for path in editions(root):
        yield f"{path.relative_to(root).as_posix()}: follows the exercises"
    yield from mistakes(root)
    yield from maps(root)
    yield from pinned(root)
    yield from cited(root)


def refuse_conflicts(root: Path) -> None:
    """Raise a CourseError if git has left marks in a file."""
    paths = {*course_files(root), *(path for pattern in CODE for path in root.glob(pattern))}
    files = sorted(path.relative_to(root).as_posix() for path in paths if b"\n<<<<<<< " in path.read_bytes())
    if files:
        raise CourseError(
            f"these files have the marks of a merge: {', '.join(files)}; decide about what somebody wrote, take either "
            "side of what is derived, and run `make green` again"
        )


def formatted(root: Path) -> Iterator[str]:
    """Format Python and notebooks, and let ruff mend what it safely can. What it can't, `make lint` will show."""
    paths = [path for pattern in CODE for path in root.glob(pattern)]
    before = {path: path.stat().st_mtime_ns for path in paths}
    for command in (("check", "--fix-only"), ("format",)):
        subprocess.run([sys.executable, "-m", "ruff", *command], cwd=root, capture_output=True, check=False)
    for path, written in before.items():
        if path.stat().st_mtime_ns != written:
            yield f"{path.relative_to(root).as_posix()}: formatted"


def editions(root: Path) -> Iterator[Path]:
    """Bring the sheets up to date, and what lessons say about them."""
    from course_lib.workshop.grading import write_editions

    return write_editions(sorted(root.glob("notebooks/exercises/source/*/*.ipynb")))


def mistakes(root: Path) -> Iterator[str]:
    """Let the tables of mistakes name each exercise by its title."""
    from course_lib.workshop.exercises import exercises_of

    for path in sorted(root.glob("course_lib/workshop/exercises/lesson_*.toml")):
        text = new = path.read_text(encoding="utf-8")
        for exercise in exercises_of(path.stem[-2:]).values():
            line = f'["{exercise.id}"] # {exercise.title}\n'
            new = re.sub(rf'(?m)^\["{exercise.id}"\] # .*\n', lambda _, line=line: line, new)
        if new != text:
            path.write_text(new, encoding="utf-8")
            yield f"{path.relative_to(root).as_posix()}: follows the titles of exercises"


def maps(root: Path) -> Iterator[str]:
    """Draw the map of the course anew, in the lesson that shows it and for the README."""
    from course_lib.workshop.viz import course_style, draw_course_map
    from course_lib.workshop.viz.png import described_png

    with course_style():
        picture, words = described_png(draw_course_map().figure)
    for path in lesson_files(root):
        notebook = read_notebook(path)
        for output in [output for cell in notebook.cells if MAP in cell.source for output in cell.get("outputs", [])]:
            stored = base64.b64decode(output.data["image/png"])
            if looks_the_same(stored, picture):
                picture = stored  # another machine may draw other bytes
            else:
                output.data["image/png"] = base64.b64encode(picture).decode()
            output.metadata["image/png"] = words
        for _ in write_if_changed(notebook, path):
            yield f"notebooks/{path.name}: shows the map of the course"
    if (root / PICTURE).read_bytes() != picture:
        (root / PICTURE).write_bytes(picture)
        yield f"{PICTURE}: shows the map of the course"


def lesson_files(root: Path) -> list[Path]:
    """Return the notebooks of all lessons."""
    return [root / "notebooks" / f"{lesson.stem}.ipynb" for lesson in LESSONS]


def looks_the_same(one: bytes, other: bytes) -> bool:
    """Return whether two PNG files show the same, but for a few pixels."""
    import numpy as np
    from PIL import Image

    a, b = (np.asarray(Image.open(io.BytesIO(content)).convert("RGB"), dtype=int) for content in (one, other))
    return a.shape == b.shape and (abs(a - b).max(axis=2) > CLEARLY).mean() < MOST_DIFFERENT


def pinned(root: Path) -> Iterator[str]:
    """Let constraints.txt have a version of each dependency that is allowed: the one that is installed here."""
    from importlib.metadata import PackageNotFoundError, version

    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    lines = (root / "constraints.txt").read_text(encoding="utf-8").splitlines()
    locked = {canonicalize_name(line.partition("==")[0]): line for line in lines}
    for wanted in map(Requirement, project["dependencies"] + extras["test"] + extras["site"]):
        name = canonicalize_name(wanted.name)
        line = locked.get(name, f"{wanted.name}==0")
        if name == project["name"] or wanted.specifier.contains(line.partition("==")[2]):
            continue
        try:
            here = version(name).partition("+")[0]
        except PackageNotFoundError:
            here = "none"
        if here == "none" or not wanted.specifier.contains(here):
            raise CourseError(f"pyproject.toml wants {wanted}, here is {here}: run `make setup`, then `make green`")
        locked[name] = f"{line.partition('==')[0]}=={here}"
        text = "".join(f"{each}\n" for each in sorted(locked.values(), key=lambda line: line.lower().split("==")))
        (root / "constraints.txt").write_text(text, encoding="utf-8")
        yield f"constraints.txt: {locked[name]}"


def cited(root: Path) -> Iterator[str]:
    """Let CITATION.cff have the version of the library."""
    from course_lib import __version__

    path = root / "CITATION.cff"
    text = path.read_text(encoding="utf-8")
    new = re.sub(r"^version: .*$", f"version: {__version__}", text, flags=re.M)
    if new != text:
        path.write_text(new, encoding="utf-8")
        yield f"CITATION.cff: version {__version__}"


def lessons_to_run(root: Path) -> Iterator[str]:
    """Name the lessons whose code has changed since their outputs were stored, with the command that runs them."""
    if names := [path.relative_to(root).as_posix() for path in lesson_files(root) if is_stale(read_notebook(path))]:
        yield f'outputs of other code: {len(names)}; run make refresh NOTEBOOK="{" ".join(names)}"'


def studies_to_run() -> Iterator[str]:
    """Name the studies that have changed since their cards were written, with the commands for it."""
    from course_lib.workshop import studies

    known = studies.all_studies()
    for name in studies.stale(known.values()):
        yield (
            f"the study {name} has changed since its card: run course study {name}; if only names have changed, "
            f'course study {name} --confirm "{next(iter(known[name].arms))}" is enough'
        )
