"""A folder of pictures with a line about each in `metadata.jsonl`: the layout that the hub calls imagefolder."""

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

if TYPE_CHECKING:  # slow to import, and whoever has rows has it already
    import datasets

METADATA = "metadata.jsonl"
EXAMPLE = '{"file_name": "hen.jpg", "caption": "a hen"}'
Reader = Callable[[Row], Row]  # from what a line says to the columns that are kept of it; raises CourseError


def is_described_folder(source: str | Path) -> bool:
    """Return True if a source is a folder without a file for a split (`train.jsonl`); it needs a `metadata.jsonl`."""
    return os.path.isdir(source) and not has_split_files(Path(source))


@quiet_datasets()
def load_described_pictures(folder: Path, split: str, read: Reader) -> "datasets.Dataset":
    """The pictures of a folder as rows of `image`, and what `read` keeps of each line of `metadata.jsonl`.

    A line is an object; its `file_name` is a picture beside `metadata.jsonl` or in a folder there. `folder/train`,
    `folder/validation` and so on have one each. Where there is no such folder, it lies in `folder`, and its lines are
    divided among the splits (see `share`).

    Raises:
        CourseError: there is no `metadata.jsonl`, or nothing for the split; a line or its picture can't be used; or a
            picture has no line, or two.
    """
    from datasets import Dataset, Image

    divided = any((folder / name).is_dir() for name in SPLITS)
    place = split_folder(folder, split) if divided else folder
    rows = described(place, read)
    rows = rows if divided else [rows[index] for index in share((where for where, _ in rows), split)]
    if not rows:
        raise CourseError(f'{place / METADATA} has no line for split "{split}": of ten lines, {SHARES}')
    for where, row in rows:
        with located(where):
            open_picture(row["image"])
    return Dataset.from_list([row for _, row in rows]).cast_column("image", Image())


def described(place: Path, read: Reader) -> list[tuple[str, Row]]:
    """Read the lines of a folder's `metadata.jsonl`, each with its place; pictures are not opened yet."""
    lines, rows = {}, []
    for number, line in full_lines(metadata_of(place)):
        where = f"{place / METADATA}, line {number}"
        check_row(told := parse(line, place / METADATA, number), dict, where)
        with located(where):
            file = picture_of(told, place)
            if file in lines:
                raise CourseError(f"{file.name} has line {lines[file]} already: its captions may be a list there")
            rows.append((where, {"image": str(file), **read(told)}))
        lines[file] = number
    if not rows:
        raise CourseError(f"{place / METADATA} is empty; expected a line for each picture, such as {EXAMPLE}")
    check_all_told(place, set(lines))
    return rows


def metadata_of(place: Path) -> Path:
    """The `metadata.jsonl` of a folder. Raises CourseError where there is none."""
    if (place / METADATA).is_file():
        return place / METADATA
    found = ", ".join(sorted(file.name for file in place.glob("metadata*"))) or names_of(place)
    raise CourseError(f"{place} has no {METADATA} with a line for each picture, such as {EXAMPLE}; it holds {found}")


def picture_of(row: Row, place: Path) -> Path:
    """The file that a row names. Raises CourseError where it names none, or one that is not in the folder."""
    if "file_name" not in row:
        raise CourseError(f"missing file_name; found {', '.join(row) or 'nothing'}")
    name = row["file_name"]
    if not isinstance(name, str) or not name.strip():
        raise CourseError(f"file_name should be the name of a picture, got {name!r}")
    if os.path.isabs(name) or ".." in Path(name).parts:
        raise CourseError(f"the picture {name} should be in {place}, and be named from there, without ..")
    if not os.path.isfile(place / name):  # unlike Path's, it bears names that are too long
        raise CourseError(f"there is no picture {place / name}")
    return place / name


def check_all_told(place: Path, told: set[Path]) -> None:
    """Raise a CourseError where a picture in a folder, or in a folder there, is not among those that are told about."""
    folders = [place, *(folder for folder in place.rglob("*") if folder.is_dir())]
    forgotten = [file for folder in folders for file in pictures_in(folder) if file not in told]
    if forgotten:
        raise CourseError(
            f"{len(forgotten)} of the pictures in {place}, such as {forgotten[0].relative_to(place)}, have no line in "
            f"{METADATA}: add one for each, or take them away"
        )
