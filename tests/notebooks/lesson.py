"""A lesson as the checks see it: a notebook file, its cells, its outputs, and the links in its prose."""

import re
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import nbformat

from course_lib.workshop.lessons import LESSONS

REPOSITORY = Path(__file__).resolve().parents[2]
LESSON_FILES = [REPOSITORY / "notebooks" / f"{lesson.stem}.ipynb" for lesson in LESSONS]
for _lesson, _path in zip(LESSONS, LESSON_FILES, strict=True):
    if not _path.exists():
        raise FileNotFoundError(
            f'course_lib/workshop/lessons.py lists "{_lesson.title}", but notebooks/{_path.name} is missing: write '
            f"it as notebooks/{_lesson.name}.ipynb, and let `make green` name it"
        )

LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)[^)]*\)")
IMAGE = re.compile(r"!\[[^\]]*\]\(([^)\s]+)[^)]*\)|<img\b[^>]*\bsrc\s*=\s*[\"']?([^\"'\s>]+)", re.IGNORECASE)


@dataclass(frozen=True)
class Lesson:
    """One notebook on disk."""

    path: Path

    @cached_property
    def notebook(self):
        return nbformat.read(self.path, as_version=nbformat.NO_CONVERT)

    @property
    def cells(self):
        return self.notebook.cells

    @property
    def prose(self):
        return [cell for cell in self.cells if cell.cell_type == "markdown"]

    @property
    def code(self):
        return [cell for cell in self.cells if cell.cell_type == "code"]

    @property
    def outputs(self):
        """Pairs of a code cell and one of its outputs."""
        return [(cell, output) for cell in self.code for output in cell.outputs]

    @property
    def links(self):
        return [target for cell in self.prose for target in LINK.findall(cell.source)]

    @property
    def images(self):
        return ["".join(target) for cell in self.prose for target in IMAGE.findall(cell.source)]


@cache
def lesson_at(path):
    """The `Lesson` in a file of the course, read once for all tests: none may change it."""
    return Lesson(path)


def number(cell):
    """How to name a code cell to a person: the number that JupyterLab shows beside it."""
    return f"cell [{cell.execution_count}]"


def tags(cell):
    return cell.metadata.get("tags", [])
