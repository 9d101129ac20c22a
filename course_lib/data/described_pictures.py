"""Load folders of pictures with a `metadata.jsonl`, in the imagefolder format of the Hugging Face hub."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from course_lib.data.picture_files import SPLITS, has_split_files, names_of, pictures_in, split_folder
from course_lib.data.pictures import open_picture
from course_lib.data.shares import SHARES, share
from course_lib.data.sources import Row, quiet_datasets
from course_lib.data.text_files import check_row, full_lines, parse
from course_lib.errors import CourseError, located

if TYPE_CHECKING:  # slow to import
    import datasets

METADATA = "metadata.jsonl"
EXAMPLE = '{"file_name": "hen.jpg", "caption": "a hen"}'
Reader = Callable[[Row], Row]  # converts a line's object into the columns of its row; may raise CourseError


def is_described_folder(source: str | Path) -> bool:
    """Return True if a source is a folder without split files such as `train.jsonl`.

    Such a folder must have a `metadata.jsonl`.
    """
    return os.path.isdir(source) and not has_split_files(Path(source))


@quiet_datasets()
def load_described_pictures(folder: Path, split: str, read: Reader) -> "datasets.Dataset":
    """Load the pictures of a folder as rows with a column `image` and the columns that `read` returns.

    Each line of a `metadata.jsonl` is an object whose `file_name` is the path of a picture, relative to the folder of
    the `metadata.jsonl`. The folders `folder/train`, `folder/validation`, and `folder/test` have one such file each. If
    they don't exist, `folder` itself has one, and its lines are divided among the splits (see `share`).

    Args:
        folder: the folder of the data set.
        split: "train", "validation", or "test".
        read: a function that converts the object of a line into the other columns of its row.

    Raises:
        CourseError: there is no `metadata.jsonl`, it has no line for the split, a line or its picture can't be used, or
            a picture has no line or more than one.
    """
    from datasets import Dataset, Image

    divided = any((folder / name).is_dir() for name in SPLITS)
    place = split_folder(folder, split) if divided else folder
    rows = described(place, read)
    rows = rows if divided else [rows[index] for index in share((where for where, _ in rows), split)]
    if not rows:
        raise CourseError(f'{place / METADATA} has no line for split "{split}"; of every ten lines, {SHARES}')
    for where, row in rows:
        with located(where):
            open_picture(row["image"])
    return Dataset.from_list([row for _, row in rows]).cast_column("image", Image())


def described(place: Path, read: Reader) -> list[tuple[str, Row]]:
    """Read a folder's `metadata.jsonl` without opening the pictures.

    Returns:
        For each line, its location for error messages, and its row.
    """
    lines, rows = {}, []
    for number, line in full_lines(metadata_of(place)):
        where = f"{place / METADATA}, line {number}"
        check_row(told := parse(line, place / METADATA, number), dict, where)
        with located(where):
            file = picture_of(told, place)
            if file in lines:
                raise CourseError(
                    f"{file.name} must have only one line, but line {lines[file]} also names it; use a list of captions"
                )
            rows.append((where, {"image": str(file), **read(told)}))
        lines[file] = number
    if not rows:
        raise CourseError(f"{place / METADATA} is empty; it must have a line for each picture, such as {EXAMPLE}")
    check_all_told(place, set(lines))
    return rows


def metadata_of(place: Path) -> Path:
    """Return the path of a folder's `metadata.jsonl`, which must exist.

    Raises:
        CourseError: the file does not exist.
    """
    if (place / METADATA).is_file():
        return place / METADATA
    found = ", ".join(sorted(file.name for file in place.glob("metadata*"))) or names_of(place)
    raise CourseError(f"{place} has no {METADATA} with a line for each picture, such as {EXAMPLE}; it contains {found}")


def picture_of(row: Row, place: Path) -> Path:
    """Return the path of the picture that a row's `file_name` refers to.

    Raises:
        CourseError: `file_name` is missing or invalid, or the picture is not in the folder.
    """
    if "file_name" not in row:
        raise CourseError(f"a line must have a file_name, got {', '.join(row) or 'nothing'}")
    name = row["file_name"]
    if not isinstance(name, str) or not name.strip():
        raise CourseError(f"file_name must be the name of a picture file, got {name!r}")
    if os.path.isabs(name) or ".." in Path(name).parts:
        raise CourseError(f"the picture {name} must be in {place}; use a relative path without ..")
    if not os.path.isfile(place / name):  # Path.is_file fails on names that are too long
        raise CourseError(f"the picture {place / name} does not exist; check its file_name")
    return place / name


def check_all_told(place: Path, told: set[Path]) -> None:
    """Raise a CourseError if a picture in a folder or its subfolders has no line in `metadata.jsonl`."""
    folders = [place, *(folder for folder in place.rglob("*") if folder.is_dir())]
    forgotten = [file for folder in folders for file in pictures_in(folder) if file not in told]
    if forgotten:
        raise CourseError(
            f"every picture in {place} must have a line in {METADATA}, but {len(forgotten)} have none, such as "
            f"{forgotten[0].relative_to(place)}; add the lines, or remove the pictures"
        )
