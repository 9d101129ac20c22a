"""For the student: `course update` gets the newest course and keeps all that the student has written."""

import shutil
from collections.abc import Iterator
from datetime import date
from os.path import lexists
from pathlib import Path

import typer

from course_lib.runtime import REPOSITORY
from course_lib.workshop.cli.checkout import Checkout

KEPT = "runs/kept"  # where changed files go that are no notebooks


def update() -> None:
    """Get the newest version of the course, and keep your work.

    If you have changed a file that the update changes as well, your version moves: a lesson to
    notebooks/mine/NN_topic_DATE.ipynb, answers in a student edition to notebooks/exercises/mine, other files to
    runs/kept/DATE. Files that the update doesn't change stay as they are. If you have commits of your own, they become
    the branch mine/DATE, and your files move aside in the same way. New questions and checks then come into your
    copies of the sheets (see `course start`); your answers stay as you wrote them.
    Save and close your notebooks in JupyterLab first. Needs git and a network.

    \b
    Example:
      course update

    \b
    Exit status:
      0  the course is up to date
      2  there is no network, no git, or no clone; or git refuses. The message says why; nothing is lost
    """
    for sentence in update_course(REPOSITORY):
        typer.echo(sentence)


def update_course(root: Path) -> Iterator[str]:
    """Update the clone in `root` and its copies of sheets; yields what is done, in sentences.

    Raises:
        CourseError: something is in the way; what was moved until then has been named.
    """
    from course_lib.workshop.grading.copies import update_copies  # now: the update may change this file

    checkout = Checkout(root)
    news = checkout.news()
    if news is None:
        yield "There is nothing new on the server of the course."
    else:
        commit, begun = news
        if own := checkout.own_commits(begun):
            branch = checkout.set_aside()
            yield f"You have commits of your own ({own}); they are now the branch {branch}: git log {branch}"
            checkout.back_to(begun)
        for name in checkout.in_the_way(commit):
            if has_own_work(checkout, name, commit):
                yield f"You have changed {name}; your version is now {keep(root, name)}"
            checkout.restore(name)
        needs = checkout.content("HEAD", "pyproject.toml") != checkout.content(commit, "pyproject.toml")
        yield f"The course has its newest version; files changed: {checkout.forward(commit)}."
        yield "Reload notebooks that are open in JupyterLab: File > Reload Notebook from Disk."
        if needs:
            yield "The course may need other packages now: make lab installs them (or make setup)."
    yield from update_copies(root / "notebooks" / "exercises")


def has_own_work(checkout: Checkout, name: str, commit: str) -> bool:
    """Return True if a file has more than git can bring back: outputs count, but not what JupyterLab adds by itself."""
    path = checkout.root / name
    if path.is_symlink() or not path.is_file():
        return lexists(path)  # a folder, or a link
    known = [content for each in ("HEAD", commit) if (content := checkout.content(each, name)) is not None]
    mine = path.read_bytes()
    return mine not in known and (path.suffix != ".ipynb" or tidied(mine) not in map(tidied, known))


def tidied(content: bytes) -> object:
    """A notebook without what JupyterLab adds by itself; what can't be read is itself."""
    import nbformat

    from course_lib.workshop.notebooks import tidy

    try:
        return tidy(nbformat.reads(content.decode(), as_version=4))[0]
    except Exception:  # a damaged notebook may be broken in any way; it is kept as it is
        return content


def keep(root: Path, name: str) -> str:
    """Move a file to where updates change nothing; returns its new name, relative to `root`."""
    place = next(place for place in places(root, root / name) if not lexists(place))
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(root / name, place)
    return place.relative_to(root).as_posix()


def places(root: Path, path: Path) -> Iterator[Path]:
    """Yield the names that a file may get, the best one first."""
    from course_lib.workshop.grading.copies import copy_of

    today = date.today()
    if path.suffix == ".ipynb" and path.parent.parent == root / "notebooks" / "exercises" / "release":
        yield copy_of(path)
        base = copy_of(path).with_name(f"{path.stem}_{today}")
    elif path.suffix == ".ipynb" and path.parent == root / "notebooks":
        base = root / "notebooks" / "mine" / f"{path.stem}_{today}"
    else:
        base = root / KEPT / str(today) / path.relative_to(root).with_suffix("")
    yield base.with_name(base.name + path.suffix)
    for number in range(2, 1000):
        yield base.with_name(f"{base.name}_{number}{path.suffix}")
