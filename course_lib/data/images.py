"""Load pictures with class labels (columns `image`, `label`) or with captions (columns `image`, `caption`)."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from course_lib.data.described_pictures import is_described_folder, load_described_pictures
from course_lib.data.picture_files import is_picture_folder, load_picture_folder, readable_pictures
from course_lib.data.sources import Row, load_source, quiet_datasets, require_columns
from course_lib.errors import CourseError, located

if TYPE_CHECKING:  # slow to import
    import datasets


def load_images(source: str | Path = "world", split: str = "train") -> "datasets.Dataset":
    """Load pictures with their class labels, as rows with the columns `image` and `label`.

    The class names are in `features["label"].names`. The little world adds the columns `caption` and `held_out`. In
    training, `held_out` is "". In the other splits, it is "thing" if the color of the thing is held out, and otherwise
    "scene".

    Args:
        source: a folder with one folder per class (see `load_picture_folder`), or a source with the columns `image` (or
            `img`) and `label`, such as "uoft-cs/cifar10" (see `load_source`). In a local file, an image is either the
            content of a picture file or its path relative to the folder of the data set.
        split: "train", "validation", or "test".

    Raises:
        CourseError: the source can't be used, a column is missing, a picture can't be read, or a label does not occur
            in the training split.
    """
    rows = require_columns(load_pictures(source, split), "image", "label")
    if source == "world":
        return with_held_out_things(with_classes(rows, world_classes()), split)
    if not hasattr(rows.features["label"], "names"):
        check_labels(rows, f'"{source}", split "{split}"')
        training = rows if split == "train" else require_columns(load_pictures(source, "train"), "image", "label")
        rows = with_classes(rows, sorted({str(label) for label in training["label"]}))
    check_classes(rows.features["label"].names)
    return rows


def load_captions(source: str | Path = "world", split: str = "train") -> "datasets.Dataset":
    """Load pictures with their captions, as rows with the columns `image` and `caption`, a list of texts.

    The little world has five captions for each picture, and the last one is the most complete. It also adds the columns
    `label` and `held_out`.

    Args:
        source: a folder of pictures with a `metadata.jsonl` (see `load_described_pictures`), or a source like those of
            `load_images`, but with captions. These are either in a column `caption`, which contains a text or a list of
            texts, as in nlphuji/flickr30k, or in columns `caption_0`, `caption_1`, and so on, as in jxie/flickr8k.
        split: "train", "validation", or "test".

    Raises:
        CourseError: the source can't be used, a column is missing, a picture can't be read, or a row has no caption.
    """
    if is_described_folder(source):
        return load_described_pictures(Path(source), split, lambda row: {"caption": captions_of(row)})
    rows = load_pictures(source, split)
    if source == "world":
        return with_classes(rows, world_classes())
    columns = caption_columns(rows.column_names)
    captions = []
    for number, row in enumerate(require_columns(rows, *columns).select_columns(columns), start=1):
        with located(f'row {number} of "{source}", split "{split}"'):
            captions.append(captions_of(row))
    return rows.remove_columns(columns).add_column("caption", captions)


def caption_columns(names: Iterable[str]) -> list[str]:
    """Return the columns `caption_0`, `caption_1`, and so on, in order, or only `caption` if there are none."""
    return sorted(name for name in names if name.startswith("caption_")) or ["caption"]


def captions_of(row: Row) -> list[str]:
    """Return all captions of a row as a list of texts.

    Raises:
        CourseError: the row has no caption, or a caption is empty or not a text.
    """
    columns = caption_columns(row)
    if columns[0] not in row:
        raise CourseError(f"a row must have a caption, got only {', '.join(row)}")
    cells = [row[column] for column in columns]
    texts = [text for cell in cells for text in (cell if isinstance(cell, list) else [cell])]
    if not texts or not all(isinstance(text, str) and text.strip() for text in texts):
        raise CourseError(f"a caption must be a text or a list of texts, none of them empty, got {texts!r}")
    return texts


def load_pictures(source: str | Path, split: str) -> "datasets.Dataset":
    """Load a source as rows whose column `image` contains pictures. Local pictures are checked first."""
    from datasets import Image

    if is_picture_folder(source):
        return readable_pictures(load_picture_folder(Path(source), split), source)
    rows = load_source(source, split, world_pictures)
    if "img" in rows.column_names and "image" not in rows.column_names:
        rows = rows.rename_column("img", "image")
    require_columns(rows, "image")
    if source == "world":
        return rows.cast_column("image", Image())
    return readable_pictures(rows, source) if os.path.exists(source) else rows


def check_labels(rows: "datasets.Dataset", name: str) -> None:
    """Raise a CourseError that names the first row whose label is neither a text nor an integer."""
    for number, label in enumerate(rows["label"], start=1):
        if not isinstance(label, str | int):
            raise CourseError(f"row {number} of {name} must have a text or an integer as its label, got {label!r}")


@quiet_datasets()
def with_classes(rows: "datasets.Dataset", names: Sequence[str]) -> "datasets.Dataset":
    """Replace the labels of the rows with class numbers.

    Raises:
        CourseError: a label is not one of the class names.
    """
    from datasets import ClassLabel

    numbers = {name: number for number, name in enumerate(check_classes(names))}
    labels = [str(label) for label in rows["label"]]
    for number, label in enumerate(labels, start=1):
        if label not in numbers:
            raise CourseError(
                f'row {number}: the label must be a class of the training split, got "{label}"; the classes are {names}'
            )
    features = rows.features.copy()
    features["label"] = ClassLabel(names=list(names))
    columns = rows.remove_columns("label").add_column("label", [numbers[label] for label in labels])
    return columns.select_columns(rows.column_names).cast_column("label", features["label"])


def with_held_out_things(rows: "datasets.Dataset", split: str) -> "datasets.Dataset":
    """Set `held_out` in rows of the little world so that it marks only things in held-out colors, not shirts."""
    from course_lib.world.scenes import has_held_out_thing, make_scenes

    held_out = ["thing" if has_held_out_thing(scene) else scene.held_out and "scene" for scene in make_scenes(split)]
    return rows.remove_columns("held_out").add_column("held_out", held_out)


def check_classes(names: Sequence[str]) -> tuple[str, ...]:
    """Check class names, and return them as a tuple.

    Raises:
        CourseError: there are no names, or a name is empty or listed twice.
    """
    if isinstance(names, str) or not names:
        raise CourseError(f"classes must be a list of one or more names, got {names!r}")
    for name in names:
        if not isinstance(name, str) or not name.strip():
            raise CourseError(f"a class name must be a nonempty text, got {name!r}")
        if names.count(name) > 1:
            raise CourseError(f'the class "{name}" must be listed only once, got {names.count(name)} times')
    return tuple(names)


def world_classes() -> list[str]:
    """Return the class names of the little world's pictures: the kinds of things that a picture can show."""
    from course_lib.world.scenes.cast import LABELS

    return list(LABELS)


def world_pictures(split: str) -> list[Row]:
    """Generate the little world's pictures, 64 x 64 pixels each, as rows of a data set."""
    from course_lib.world.scenes import make_scenes
    from course_lib.world.scenes.captions import captions
    from course_lib.world.scenes.drawing import render_png

    return [
        {
            "image": {"bytes": render_png(scene), "path": None},
            "label": scene.label,
            "caption": list(captions(scene)),
            "held_out": scene.held_out,
        }
        for scene in make_scenes(split)
    ]
