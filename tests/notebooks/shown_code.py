"""Code that a lesson shows as the library's: its first line names a file, `# course_lib/nn/masks.py`."""

import ast
import re

from course_lib.workshop.studies.digest import what_runs
from tests.notebooks.lesson import REPOSITORY, number

FIRST_LINE = re.compile(r"# (course_lib/[\w/]+\.py)\s*$")


def definitions(source):
    """The classes and functions at the top of `source`: name -> syntax tree of what runs, as text."""
    return {
        node.name: ast.dump(what_runs(node))
        for node in ast.parse(source).body
        if isinstance(node, ast.ClassDef | ast.FunctionDef)
    }


def differs_from_the_library(lesson, repository=REPOSITORY):
    """Yield each thing shown as library code that the library does not have, in words for its author."""
    for cell in lesson.code:
        first_line = FIRST_LINE.match(cell.source.partition("\n")[0])
        if first_line is None:
            continue
        file = repository / first_line[1]
        library = definitions(file.read_text(encoding="utf-8")) if file.exists() else {}
        shown = definitions(cell.source)
        if not shown:
            yield f"{number(cell)} names {first_line[1]} but shows no class or function"
        for name, code in shown.items():
            if library.get(name) != code:
                yield f"{number(cell)} shows {name}, which is not what {first_line[1]} has"
