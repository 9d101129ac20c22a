"""Pictures with their classes or captions: `image, label` and `image, caption`, from the little world or elsewhere."""

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
    """The pictures of `source` with their classes: `image`, and `label`, whose names are `features["label"].names`.

    The little world adds `caption`, and `held_out`: "thing" where training never shows the thing in this color,
    "scene" for all else that is new to it, and "" in training.

    Args:
        source: as in `load_source`, with the columns `image` (or `img`) and `label`, such as "uoft-cs/cifar10" or
            "zalando-datasets/fashion_mnist"; an `image` is a file, beside the file that names it, or its content. Or a
            folder with one folder of pictures for each class (see `load_picture_folder`).
        split: "train", "validation" or "test".

    Raises:
        CourseError: the source can't be used, a column is missing, a picture can't be read (it is named), or a label
            is none of the classes of the training split.
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
    """The pictures of `source` with what is said about them: `image`, and `caption`, a list of one text or more.

    The little world has five captions of a picture with somebody in it, the last of which tells all, and adds `label`
    and `held_out`.

    Args:
        source: as in `load_images`, with `caption`, a text or a list of texts, as in nlphuji/flickr30k, or
            `caption_0`, `caption_1` and so on, as in jxie/flickr8k. Or a folder of pictures with a `metadata.jsonl`
            (see `load_described_pictures`).
        split: "train", "validation" or "test".

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
    """The columns of captions, in their order."""
    return sorted(name for name in names if name.startswith("caption_")) or ["caption"]


def captions_of(row: Row) -> list[str]:
    """The captions of a row, at least one. Raises CourseError where there is none, or one is empty or no text."""
    columns = caption_columns(row)
    if columns[0] not in row:
        raise CourseError(f"missing caption; found {', '.join(row)}")
    cells = [row[column] for column in columns]
    texts = [text for cell in cells for text in (cell if isinstance(cell, list) else [cell])]
    if not texts or not all(isinstance(text, str) and text.strip() for text in texts):
        raise CourseError(f"a caption should be a text, or a list of texts, and not empty; got {texts!r}")
    return texts


def load_pictures(source: str | Path, split: str) -> "datasets.Dataset":
    """The rows of a source with a column `image` that gives Pillow pictures; those in local files are tried."""
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
    """Raise a CourseError that names the first row whose label is neither a text nor a whole number."""
    for number, label in enumerate(rows["label"], start=1):
        if not isinstance(label, str | int):
            raise CourseError(f"row {number} of {name} should have a label, a text or a whole number; got {label!r}")


@quiet_datasets()
def with_classes(rows: "datasets.Dataset", names: Sequence[str]) -> "datasets.Dataset":
    """The rows with labels that are numbers of classes. Raises CourseError for a label that is no class."""
    from datasets import ClassLabel

    numbers = {name: number for number, name in enumerate(check_classes(names))}
    labels = [str(label) for label in rows["label"]]
    for number, label in enumerate(labels, start=1):
        if label not in numbers:
            raise CourseError(f'row {number}: label "{label}" is none of the classes of the training split: {names}')
    features = rows.features.copy()
    features["label"] = ClassLabel(names=list(names))
    columns = rows.remove_columns("label").add_column("label", [numbers[label] for label in labels])
    return columns.select_columns(rows.column_names).cast_column("label", features["label"])


def with_held_out_things(rows: "datasets.Dataset", split: str) -> "datasets.Dataset":
    """The rows of the little world, where only a held-out color of the things counts as held out, not a shirt's."""
    from course_lib.world.scenes import has_held_out_thing, make_scenes

    held_out = ["thing" if has_held_out_thing(scene) else scene.held_out and "scene" for scene in make_scenes(split)]
    return rows.remove_columns("held_out").add_column("held_out", held_out)


def check_classes(names: Sequence[str]) -> tuple[str, ...]:
    """The names of classes as a tuple. Raises CourseError where there is none, or one is empty or there twice."""
    if isinstance(names, str) or not names:
        raise CourseError(f"expected the names of one or more classes, got {names!r}")
    for name in names:
        if not isinstance(name, str) or not name.strip():
            raise CourseError(f"expected the name of a class, got {name!r}")
        if names.count(name) > 1:
            raise CourseError(f'the class "{name}" is there {names.count(name)} times; expected each once')
    return tuple(names)


def world_classes() -> list[str]:
    """The classes of the little world: what can be drawn beside a person."""
    from course_lib.world.scenes.cast import LABELS

    return list(LABELS)


def world_pictures(split: str) -> list[Row]:
    """Make the rows of the little world's pictures, 64 pixels high and wide."""
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
