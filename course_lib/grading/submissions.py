"""The folder of submissions as it comes from students: what is there, what cannot be graded, and what was changed."""

import re
from dataclasses import dataclass
from pathlib import Path

from course_lib.errors import CourseError
from course_lib.exercises.results import is_check

MOST_BYTES = 20_000_000
READS_SOLUTIONS = re.compile(
    r"course_lib\.exercises(?!\s+import\s+check\s*$)|course_lib\s+import\s.*\bexercises|exercises\W+source",
    re.MULTILINE,
)


@dataclass(frozen=True)
class Submission:
    """One notebook of one student; `edition` is the name of the exercises that it answers, None if it has none."""

    student: str
    path: Path
    edition: str | None


def find_submissions(folder, editions):
    """The notebooks in `folder`, which has a folder per student. Raises CourseError if there are none.

    A notebook belongs to the edition whose two digits its name starts with.
    """
    if not Path(folder).is_dir():
        raise CourseError(f"{folder} is no folder; expected one with a folder of notebooks per student")
    by_number = {name[:2]: name for name in editions}
    found = [
        Submission(student.name, path, by_number.get(path.name[:2]))
        for student in sorted(Path(folder).iterdir())
        for path in sorted(student.rglob("*.ipynb"))
        if not any(part.startswith(".") for part in path.relative_to(folder).parts)
    ]
    if not found:
        raise CourseError(f"no notebooks in {folder}; expected FOLDER/STUDENT/{next(iter(editions), 'NN_topic')}.ipynb")
    return found


def read_submission(path):
    """The notebook at `path`. Raises CourseError with the reason why it is not graded."""
    import nbformat

    size = path.stat().st_size
    if size > MOST_BYTES:
        raise CourseError(f"not read: the file has {size / 1e6:,.0f} MB, more than {MOST_BYTES / 1e6:,.0f}")
    try:
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
    except Exception as error:  # a file from outside may be broken in any way
        first_line = next(iter(str(error).splitlines()), "")
        raise CourseError(f"not a notebook: {first_line[:120] or type(error).__name__}") from None
    for number, cell in enumerate(notebook.cells, start=1):
        if cell.cell_type == "code" and not is_check(cell) and (found := READS_SOLUTIONS.search(cell.source)):
            raise CourseError(f"not run: cell {number} reaches for the solutions: {found[0].strip()}")
    return notebook


def tampering(notebook, release):
    """What was done to the cells of the exercises, as sentences."""
    submitted = {name_of(cell): cell for cell in notebook.cells if name_of(cell)}
    for cell in release.cells:
        name = name_of(cell)
        if not name:
            continue
        if name not in submitted:
            yield f"the cell {name} is missing" + ("; its exercise counts as not solved" if is_check(cell) else "")
        elif is_check(cell) and submitted[name].source != cell.source:
            yield f"the cell {name} was changed; it was graded with the original"


def name_of(cell):
    """nbgrader's name of a cell, None for the cells that it does not know."""
    return cell.metadata.get("nbgrader", {}).get("grade_id")
