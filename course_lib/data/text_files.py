"""Read text files, plain or JSON, as rows of a data set. Error messages name the line or the row."""

import gzip
import json
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from course_lib.errors import CourseError

if TYPE_CHECKING:  # slow to import
    import datasets


Kinds = dict[str, "Kinds"] | str  # the types of columns, which can be nested


def lines_of(file: Path) -> Iterator[str]:
    """Yield the lines of a text file, which can be compressed with gzip.

    Raises:
        CourseError: the file is damaged or not UTF-8.
    """
    opener = gzip.open if file.suffix == ".gz" else open
    try:
        with opener(file, "rt", encoding="utf-8-sig") as lines:
            yield from lines
    except UnicodeDecodeError as error:
        raise CourseError(f"{file} is not UTF-8 text: {error}; open it in an editor, and save it as UTF-8") from None
    except (OSError, EOFError, zlib.error) as error:
        raise CourseError(f"{file} is damaged: {error}") from None


def load_plain_text(file: Path) -> "datasets.Dataset":
    """Read a text file, and return its paragraphs as rows, or its lines if there are no blank lines.

    Raises:
        CourseError: the file is empty, damaged, or not UTF-8.
    """
    from datasets import Dataset

    text = "".join(lines_of(file)).strip("\n")
    parts = re.split(r"\n\s*\n", text)
    parts = [part for part in (parts if len(parts) > 1 else text.split("\n")) if part.strip()]
    if not parts:
        raise CourseError(f"{file} is empty; it must contain some text")
    return Dataset.from_dict({"text": parts})


def check_json(file: Path) -> None:
    """Raise a CourseError if a JSON file is empty or a row is null.

    Arrow's JSON reader would crash on a null, or accept it as a row without values.
    """
    if is_list(file):
        return check_list(file)
    number = 0
    for number, line in full_lines(file):
        if line.startswith("null"):
            check_row(None, dict, f"{file}, line {number}")
    if not number:
        raise CourseError(f"{file} is empty; it must have at least one row")


def as_written(rows: "datasets.Dataset", file: Path) -> "datasets.Dataset":
    """Restore texts that Arrow's JSON reader has mistaken for dates, such as "1999-01-01".

    Args:
        rows: the rows from Arrow's reader. JSON has no dates, so every date in them was a text.
        file: the file that contains the rows. It is read again if the rows have any dates.
    """
    from datasets import Dataset, Features

    kinds = rows.features.to_dict()
    if (texts := with_texts_for_times(kinds)) == kinds:
        return rows
    read = parse("".join(lines_of(file)), file) if is_list(file) else [json.loads(line) for _, line in full_lines(file)]
    read = [{"text": row} if isinstance(row, str) else row for row in read]
    columns = {name: [row.get(name) for row in read] for name in kinds}
    return Dataset.from_dict(columns, features=Features.from_dict(texts))


def with_texts_for_times(kinds: Kinds) -> Kinds:
    """Replace timestamps with strings in column types from `Features.to_dict`, at any level of nesting."""
    if isinstance(kinds, dict):
        return {name: with_texts_for_times(kind) for name, kind in kinds.items()}
    return "string" if str(kinds).startswith("timestamp[") else kinds


def is_list(file: Path) -> bool:
    """Return True if a JSON file contains a single list instead of one object per line (JSON Lines)."""
    return next(full_lines(file), (0, ""))[1].startswith("[")


def full_lines(file: Path) -> Iterator[tuple[int, str]]:
    """Yield the line number and the stripped text of each line that is not blank."""
    return ((number, line.strip()) for number, line in enumerate(lines_of(file), start=1) if line.strip())


def check_list(file: Path) -> None:
    """Raise a CourseError unless a JSON file contains a nonempty list, either of objects or of texts."""
    rows = parse("".join(lines_of(file)), file)
    if not rows:
        raise CourseError(f"{file} is empty; it must have at least one row")
    kind = str if isinstance(rows[0], str) else dict
    for number, row in enumerate(rows, start=1):
        check_row(row, kind, f"{file}, row {number}")


def check_lines(file: Path) -> None:
    """Raise a CourseError that names the first line that is not a JSON object."""
    for number, line in full_lines(file):
        check_row(parse(line, file, number), dict, f"{file}, line {number}")


def parse(text: str, file: Path, first: int = 1) -> Any:
    """Parse a JSON text that starts at line `first` of a file, and return its value.

    Raises:
        CourseError: the text is not valid JSON.
    """
    try:
        value = json.loads(text)
        json.dumps(value, ensure_ascii=False).encode()  # fails on half of a surrogate pair, such as \ud83d
        return value
    except json.JSONDecodeError as error:
        line, reason, at = first + error.lineno - 1, f"not valid JSON ({error.msg})", error.pos
    except (ValueError, RecursionError) as error:
        line, reason, at = first, f"not usable JSON ({error})", 0
    raise CourseError(f"{file}, line {line}: {reason}: {text[max(0, at - 30) :][:60]!r}")


def check_row(row: object, kind: type, place: str) -> None:
    """Raise a CourseError that names the row's place, unless the row has the expected type: an object or a text."""
    if not isinstance(row, kind):
        expected = "a text" if kind is str else "a JSON object"
        raise CourseError(f"{place} must be {expected}, got {json.dumps(row)[:60]}")
