"""Reading of the lexicon's tables: CSV files, with error messages that name the file, the line, and the value."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NoReturn

from course_lib.errors import CourseError

TABLES = Path(__file__).parent / "tables"


class Row(dict):
    """A line of a table, as a dict from column names to texts, with its place for error messages."""

    def __init__(self, cells: Iterable[tuple[str, str]], place: str):
        super().__init__(cells)
        self.place = place

    def fail(self, column: str, expected: str) -> NoReturn:
        """Raise a CourseError about the value in `column`."""
        raise CourseError(f"{self.place}: {column} is {self[column]!r}; expected {expected}")

    def one_of(self, column: str, allowed: Sequence[str]) -> str:
        """Return the value in `column`, which must be one of `allowed`."""
        return self[column] if self[column] in allowed else self.fail(column, f"one of {', '.join(map(repr, allowed))}")

    def list_of(self, column: str, allowed: Sequence[str]) -> tuple[str, ...]:
        """Return the space-separated values in `column`, each of which must be one of `allowed`."""
        values = tuple(self[column].split())
        return values if set(values) <= set(allowed) else self.fail(column, f"some of {', '.join(map(repr, allowed))}")

    def filled(self, column: str) -> str:
        """Return the value in `column`, which must not be empty."""
        return self[column] or self.fail(column, "a word")

    def forms(self, column: str, regular: tuple[str, ...]) -> tuple[str, ...]:
        """Return the space-separated forms in `column`, or the `regular` ones if the cell is empty."""
        forms = tuple(self[column].split()) or regular
        return forms if len(forms) == len(regular) else self.fail(column, f"{len(regular)} forms")


def read_table(path: Path) -> list[Row]:
    """Return the rows of a CSV file.

    Raises:
        CourseError: the file is missing, or a line has the wrong number of cells.
    """
    try:
        with open(path, encoding="utf-8", newline="") as file:
            reader = csv.reader(file)
            header = next(reader, [])
            return [make_row(path, reader.line_num, header, cells) for cells in reader]
    except FileNotFoundError:
        raise CourseError(f"{path} is missing; the lexicon needs it") from None


def make_row(path: Path, line: int, header: list[str], cells: list[str]) -> Row:
    """Return the `Row` of a line's cells."""
    place = f"{path.name}, line {line}"
    if len(cells) != len(header):
        raise CourseError(f"{place}: {len(cells)} cells; expected {len(header)} ({', '.join(header)})")
    return Row(zip(header, (cell.strip() for cell in cells), strict=True), place)
