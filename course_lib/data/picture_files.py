"""Load picture files: from folders with one folder per class, or by the file names in a data set."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from course_lib.data.pictures import open_picture
from course_lib.data.shares import SHARES, share
from course_lib.data.sources import named, quiet_datasets
from course_lib.errors import CourseError, located

if TYPE_CHECKING:  # slow to import
    import datasets

SUFFIXES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp", ".tif", ".tiff")
SPLITS = ("train", "validation", "test")


def is_picture_folder(source: str | Path) -> bool:
    """Return True if a source is a folder with pictures in subfolders and no split files such as `train.jsonl`."""
    if not os.path.isdir(source):  # Path.is_dir fails on names that are too long
        return False
    folder = Path(source)
    return not has_split_files(folder) and any(is_picture(file) for file in folder.glob("*/**/*"))


def has_split_files(folder: Path) -> bool:
    """Return True if a folder has a split file, such as `train.jsonl`. A picture is not a split file."""
    named = [file for file in folder.iterdir() if file.is_file() and file.name.split(".")[0] in SPLITS]
    return not all(map(is_picture, named))


def is_picture(file: Path) -> bool:
    """Return True if a file name has the suffix of a picture format and does not start with a dot."""
    return file.suffix.lower() in SUFFIXES and not file.name.startswith(".")


def pictures_in(folder: Path) -> list[Path]:
    """Return the picture files in a folder, but not in its subfolders, in alphabetical order."""
    return sorted(file for file in folder.iterdir() if is_picture(file))


def load_picture_folder(folder: Path, split: str) -> "datasets.Dataset":
    """Load a folder with one folder of pictures per class, as rows with the columns `image` and `label`.

    The classes are the folders in `folder/train`. They can also occur in `folder/validation` and `folder/test`. If
    there is no `folder/train`, the classes are the folders in `folder`, and the pictures of each class are divided
    among the splits (see `share`).

    Raises:
        CourseError: there are no classes, there are no pictures for the split, or the split has a class that the
            training split does not have.
    """
    from datasets import ClassLabel, Dataset, Features, Image

    divided = (folder / "train").is_dir()
    classes = class_folders(folder / "train" if divided else folder)
    if not classes:
        raise CourseError(f"{folder} must have a folder of pictures for each class; it contains {names_of(folder)}")
    files, labels = [], []
    for place in class_folders(split_folder(folder, split)) if divided else classes:
        if place.name not in [known.name for known in classes]:
            raise CourseError(
                f'the class "{place.name}" in {place.parent} must also be in {folder / "train"}; add or remove it'
            )
        pictures = pictures_in(place)
        pictures = pictures if divided else [pictures[index] for index in share(pictures, split)]
        files += map(str, pictures)
        labels += [place.name] * len(pictures)
    if not files:
        needed = "" if divided else f"; of every ten pictures of a class, {SHARES}"
        raise CourseError(f'{folder} has no picture for split "{split}"{needed}')
    features = Features({"image": Image(), "label": ClassLabel(names=[place.name for place in classes])})
    return Dataset.from_dict({"image": files, "label": labels}, features=features)


def class_folders(folder: Path) -> list[Path]:
    """Return the subfolders that contain pictures, in alphabetical order."""
    return sorted(place for place in folder.iterdir() if place.is_dir() and pictures_in(place))


def split_folder(folder: Path, split: str) -> Path:
    """Return the folder of a split, such as `folder/train`.

    Raises:
        CourseError: the folder does not exist.
    """
    if not (folder / split).is_dir():
        raise CourseError(f'{folder} must have a folder for split "{split}"; it contains {names_of(folder)}')
    return folder / split


def names_of(folder: Path) -> str:
    """Return a readable list of the files and subfolders in a folder, for an error message."""
    return named(place.name for place in folder.iterdir())


def folder_of(source: str | Path) -> Path:
    """Return the folder that the file names in a source are relative to."""
    return Path(source) if os.path.isdir(source) else Path(source).parent


@quiet_datasets()
def readable_pictures(rows: "datasets.Dataset", source: str | Path) -> "datasets.Dataset":
    """Check that the picture of each row can be read, and return the rows with `image` cast to pictures.

    Raises:
        CourseError: a picture can't be read. The message names it.
    """
    from datasets import Image, Value

    name = f'"{source}"'
    if rows.features["image"] == Value("string"):
        folder = folder_of(source)
        rows = rows.add_column("file", [file and str(folder / file) for file in rows["image"]])
        rows = rows.remove_columns("image").rename_column("file", "image")
    for number, picture in enumerate(as_pictures(rows, "image", Image(decode=False), name)["image"], start=1):
        with located(f"row {number} of {name}"):
            open_picture(picture)
    return rows.cast_column("image", Image())


def as_pictures(
    rows: "datasets.Dataset", column: str, feature: "datasets.Image | datasets.List", name: str
) -> "datasets.Dataset":
    """Return the rows with a column cast to pictures.

    Raises:
        CourseError: the column contains neither paths nor bytes of picture files.
    """
    try:
        return rows.cast_column(column, feature)
    except (TypeError, ValueError, NotImplementedError) as error:  # pyarrow's errors are subclasses
        raise CourseError(
            f"the column {column} of {name} must contain paths or bytes of pictures, got {rows.features[column]}"
        ) from error
