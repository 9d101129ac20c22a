"""Text files as rows, plain or JSON: what can't be read is named, with its line or row."""

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


Kinds = dict[str, "Kinds"] | str  # of the columns of a data set, and of their parts


def lines_of(file: Path) -> Iterator[str]:
    """The lines of a text file, perhaps compressed. Raises CourseError where it is damaged, or not UTF-8."""
    opener = gzip.open if file.suffix == ".gz" else open
    try:
        with opener(file, "rt", encoding="utf-8-sig") as lines:
            yield from lines
    except UnicodeDecodeError as error:
        raise CourseError(f"{file} is not UTF-8 text: {error}; open it in an editor, and save it as UTF-8") from None
    except (OSError, EOFError, zlib.error) as error:
        raise CourseError(f"{file} is damaged: {error}") from None


def load_plain_text(file: Path) -> "datasets.Dataset":
    """Rows of a text file: its paragraphs, or its lines where no blank line parts it into paragraphs.

    Raises:
        CourseError: the file is empty, damaged or not UTF-8.
    """
    from datasets import Dataset

    text = "".join(lines_of(file)).strip("\n")
    parts = re.split(r"\n\s*\n", text)
    parts = [part for part in (parts if len(parts) > 1 else text.split("\n")) if part.strip()]
    if not parts:
        raise CourseError(f"{file} is empty")
    return Dataset.from_dict({"text": parts})


def check_json(file: Path) -> None:
    """Raise a CourseError where a file, of JSON Lines or one list, is empty, or a row of it is nothing.

    Arrow's reader would take such a row for one without values, or end the process.
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
    """Return the rows of a file of JSON with the texts that Arrow's reader took for points in time, such as 1999-01-01.

    Args:
        rows: the rows, as Arrow's reader has them. JSON knows no points in time, so each of them was a text.
        file: where they come from. It is read again if there are any.
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
    """Return the kinds of columns, as `Features.to_dict` has them, with texts for points in time, however deep."""
    if isinstance(kinds, dict):
        return {name: with_texts_for_times(kind) for name, kind in kinds.items()}
    return "string" if str(kinds).startswith("timestamp[") else kinds


def is_list(file: Path) -> bool:
    """Return True if a file of JSON is one list, not JSON Lines."""
    return next(full_lines(file), (0, ""))[1].startswith("[")


def full_lines(file: Path) -> Iterator[tuple[int, str]]:
    """The lines of a file that are not blank, without the spaces around them, each with its number."""
    return ((number, line.strip()) for number, line in enumerate(lines_of(file), start=1) if line.strip())


def check_list(file: Path) -> None:
    """Raise a CourseError where a file is no list of objects, nor one of texts; or an empty one."""
    rows = parse("".join(lines_of(file)), file)
    if not rows:
        raise CourseError(f"{file} is empty")
    kind = str if isinstance(rows[0], str) else dict
    for number, row in enumerate(rows, start=1):
        check_row(row, kind, f"{file}, row {number}")


def check_lines(file: Path) -> None:
    """Raise a CourseError where a line of a file is no object in JSON; it names the first one."""
    for number, line in full_lines(file):
        check_row(parse(line, file, number), dict, f"{file}, line {number}")


def parse(text: str, file: Path, first: int = 1) -> Any:
    """Return the value of a text in JSON, from line `first` of a file on. Raises CourseError where it can't be read."""
    try:
        value = json.loads(text)
        json.dumps(value, ensure_ascii=False).encode()  # a half of a character, such as \ud83d, is none
        return value
    except json.JSONDecodeError as error:
        line, reason, at = first + error.lineno - 1, f"not valid JSON ({error.msg})", error.pos
    except (ValueError, RecursionError) as error:
        line, reason, at = first, f"not usable JSON ({error})", 0
    raise CourseError(f"{file}, line {line}: {reason}: {text[max(0, at - 30) :][:60]!r}")


def check_row(row: object, kind: type, place: str) -> None:
    """Raise a CourseError that names the place of a row unless it is of this kind: an object, or a text."""
    if not isinstance(row, kind):
        expected = "a text" if kind is str else "a JSON object"
        raise CourseError(f"{place}: expected {expected}, got {json.dumps(row)[:60]}")
