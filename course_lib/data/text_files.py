"""Text files as rows, plain or JSON. Error messages name the line or the row."""

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


Kinds = dict[str, "Kinds"] | str  # column types, possibly nested


def lines_of(file: Path) -> Iterator[str]:
    """Yield the lines of a text file, which can be gzipped.

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
    """Return a text file as rows: its paragraphs, or its lines if it has no blank lines.

    Raises:
        CourseError: the file is empty, damaged, or not UTF-8.
    """
    from datasets import Dataset

    text = "".join(lines_of(file)).strip("\n")
    parts = re.split(r"\n\s*\n", text)
    parts = [part for part in (parts if len(parts) > 1 else text.split("\n")) if part.strip()]
    if not parts:
        raise CourseError(f"{file} is empty")
    return Dataset.from_dict({"text": parts})


def check_json(file: Path) -> None:
    """Raise a CourseError if a JSON file is empty or a row is null.

    Arrow's JSON reader would accept such a row as one without values, or crash.
    """
    if is_list(file):
        return check_list(file)
    number = 0
    for number, line in full_lines(file):
        if line.startswith("null"):
            check_row(None, dict, f"{file}, line {number}")
    if not number:
        raise CourseError(f"{file} is empty")


def as_written(rows: "datasets.Dataset", file: Path) -> "datasets.Dataset":
    """Restore texts that Arrow's JSON reader took for dates, such as 1999-01-01.

    Args:
        rows: the rows from Arrow's reader. JSON has no dates, so each date was a text.
        file: the file of the rows. It is read again if there are any dates.
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
    """Return column types from `Features.to_dict`, with strings instead of timestamps at any depth."""
    if isinstance(kinds, dict):
        return {name: with_texts_for_times(kind) for name, kind in kinds.items()}
    return "string" if str(kinds).startswith("timestamp[") else kinds


def is_list(file: Path) -> bool:
    """Return True if a JSON file is one list instead of JSON Lines."""
    return next(full_lines(file), (0, ""))[1].startswith("[")


def full_lines(file: Path) -> Iterator[tuple[int, str]]:
    """Yield the number and the stripped text of each line that is not blank."""
    return ((number, line.strip()) for number, line in enumerate(lines_of(file), start=1) if line.strip())


def check_list(file: Path) -> None:
    """Raise a CourseError unless a file is a nonempty list of objects or of texts."""
    rows = parse("".join(lines_of(file)), file)
    if not rows:
        raise CourseError(f"{file} is empty")
    kind = str if isinstance(rows[0], str) else dict
    for number, row in enumerate(rows, start=1):
        check_row(row, kind, f"{file}, row {number}")


def check_lines(file: Path) -> None:
    """Raise a CourseError that names the first line that is not a JSON object."""
    for number, line in full_lines(file):
        check_row(parse(line, file, number), dict, f"{file}, line {number}")


def parse(text: str, file: Path, first: int = 1) -> Any:
    """Return the value of a JSON text that starts at line `first` of a file.

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
    """Raise a CourseError that names a row's place unless it has the expected type: an object or a text."""
    if not isinstance(row, kind):
        expected = "a text" if kind is str else "a JSON object"
        raise CourseError(f"{place} must be {expected}, got {json.dumps(row)[:60]}")
