"""A reader for the little world's CSV tables, whose error messages name the file, the line, and the value."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NoReturn

from course_lib.errors import CourseError

TABLES = Path(__file__).parent / "tables"


class Row(dict):
    """A row of a table: a dict from column names to texts, with methods that read and check a value.

    Args:
        cells: pairs of a column name and its text.
        place: the file name and line number, for error messages.
    """

    def __init__(self, cells: Iterable[tuple[str, str]], place: str):
        super().__init__(cells)
        self.place = place

    def fail(self, column: str, expected: str) -> NoReturn:
        """Raise a CourseError that names the value in `column` and says what it must be.

        Args:
            column: the name of the column.
            expected: a description of the valid values, such as "a word".
        """
        raise CourseError(f"{self.place}: {column} must be {expected}, got {self[column]!r}")

    def one_of(self, column: str, allowed: Sequence[str]) -> str:
        """Return the value in `column`, which must be one of `allowed`."""
        return self[column] if self[column] in allowed else self.fail(column, f"one of {', '.join(map(repr, allowed))}")

    def list_of(self, column: str, allowed: Sequence[str]) -> tuple[str, ...]:
        """Split the cell in `column` at spaces and return its values, which must all be in `allowed`."""
        values = tuple(self[column].split())
        return (
            values
            if set(values) <= set(allowed)
            else self.fail(column, f"space-separated values from {', '.join(map(repr, allowed))}")
        )

    def filled(self, column: str) -> str:
        """Return the value in `column`, which must not be empty."""
        return self[column] or self.fail(column, "a word")

    def forms(self, column: str, regular: tuple[str, ...]) -> tuple[str, ...]:
        """Split the cell in `column` at spaces and return its word forms, or the `regular` ones if the cell is empty.

        A cell that is not empty must have as many forms as `regular`.
        """
        forms = tuple(self[column].split()) or regular
        return forms if len(forms) == len(regular) else self.fail(column, f"{len(regular)} forms")


def read_table(path: Path) -> list[Row]:
    """Read a CSV file with a header line, and return its other lines as rows.

    Raises:
        CourseError: the file is missing, or a line has the wrong number of cells.
    """
    try:
        with open(path, encoding="utf-8", newline="") as file:
            reader = csv.reader(file)
            header = next(reader, [])
            return [make_row(path, reader.line_num, header, cells) for cells in reader]
    except FileNotFoundError:
        raise CourseError(f"{path} is missing, but the little world needs it; restore this table") from None


def make_row(path: Path, line: int, header: list[str], cells: list[str]) -> Row:
    """Create a `Row` from the cells of one line, after checking that there is one cell for each column."""
    place = f"{path.name}, line {line}"
    if len(cells) != len(header):
        raise CourseError(f"{place}: a line must have {len(header)} cells ({', '.join(header)}), got {len(cells)}")
    return Row(zip(header, (cell.strip() for cell in cells), strict=True), place)
