"""Reading the tables of the lexicon: CSV files whose every complaint names the file, the line and the value."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NoReturn

from course_lib.errors import CourseError

TABLES = Path(__file__).parent / "tables"


class Row(dict):
    """One line of a table: column name to text. Knows where it stands, so that it can complain."""

    def __init__(self, cells: Iterable[tuple[str, str]], place: str):
        super().__init__(cells)
        self.place = place

    def fail(self, column: str, expected: str) -> NoReturn:
        """Raise CourseError about the value in `column`."""
        raise CourseError(f"{self.place}: {column} is {self[column]!r}; expected {expected}")

    def one_of(self, column: str, allowed: Sequence[str]) -> str:
        """The value in `column`, which must be among `allowed`."""
        return self[column] if self[column] in allowed else self.fail(column, f"one of {', '.join(map(repr, allowed))}")

    def list_of(self, column: str, allowed: Sequence[str]) -> tuple[str, ...]:
        """The space-separated values in `column`, each of which must be among `allowed`."""
        values = tuple(self[column].split())
        return values if set(values) <= set(allowed) else self.fail(column, f"some of {', '.join(map(repr, allowed))}")

    def filled(self, column: str) -> str:
        """The value in `column`, which must not be empty."""
        return self[column] or self.fail(column, "a word")

    def forms(self, column: str, regular: tuple[str, ...]) -> tuple[str, ...]:
        """The space-separated forms in `column`, or the `regular` ones where the cell is empty."""
        forms = tuple(self[column].split()) or regular
        return forms if len(forms) == len(regular) else self.fail(column, f"{len(regular)} forms")


def read_table(path: Path) -> list[Row]:
    """The rows of a CSV file. Raises CourseError for a missing file and for lines with too few or too many cells."""
    try:
        with open(path, encoding="utf-8", newline="") as file:
            reader = csv.reader(file)
            header = next(reader, [])
            return [make_row(path, reader.line_num, header, cells) for cells in reader]
    except FileNotFoundError:
        raise CourseError(f"{path} is missing; the lexicon needs it") from None


def make_row(path: Path, line: int, header: list[str], cells: list[str]) -> Row:
    """The Row made of one line's cells."""
    place = f"{path.name}, line {line}"
    if len(cells) != len(header):
        raise CourseError(f"{place}: {len(cells)} cells; expected {len(header)} ({', '.join(header)})")
    return Row(zip(header, (cell.strip() for cell in cells), strict=True), place)
