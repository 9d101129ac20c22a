"""Load dialogues about pictures, in the format of HuggingFaceM4/the_cauldron: columns `images` and `texts`."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from course_lib.data.chat import Example, Template
from course_lib.data.described_pictures import is_described_folder, load_described_pictures
from course_lib.data.images import captions_of, load_captions
from course_lib.data.messages import Conversation, Shown, with_pictures
from course_lib.data.picture_files import as_pictures, folder_of
from course_lib.data.pictures import open_picture
from course_lib.data.sources import Row, load_source, quiet_datasets, require_columns
from course_lib.errors import CourseError, located

if TYPE_CHECKING:  # slow to import
    import datasets

DESCRIBE = "Describe the picture."


class Text(TypedDict):
    """A turn of a dialogue: the user's question and the assistant's answer."""

    user: str
    assistant: str


class PictureDialogue(TypedDict):
    """A row of a data set of picture dialogues: one or more pictures, and one or more turns about them."""

    images: list[Shown]
    texts: list[Text]


def load_picture_dialogues(source: str | Path = "world", split: str = "train") -> "datasets.Dataset":
    """Load dialogues about pictures, as rows with the columns `images` and `texts`.

    `images` is a list of pictures, and `texts` is a list of turns with the keys `user` and `assistant`. The little
    world adds `kind` and `form` to each turn (see `course_lib.world.scenes.questions`), and a column `held_out`.

    Args:
        source: a data set in this format (see `load_source`), such as "HuggingFaceM4/the_cauldron:vqav2", or pictures
            with captions (see `load_captions`), which become dialogues as in `load_descriptions`. In a local file, a
            picture is either the content of a picture file or its path relative to the folder of the data set. In a
            `metadata.jsonl`, a line can have `texts` instead of a caption.
        split: "train", "validation", or "test".

    Raises:
        CourseError: the source can't be used, a column is missing, a picture can't be read, or a row has no picture or
            no valid texts.
    """
    if is_described_folder(source):
        return about_each(load_described_pictures(Path(source), split, lambda row: {"texts": texts_of(row)}))
    rows = load_source(source, split, world_picture_dialogues)
    if "image" in rows.column_names and not {"images", "texts"} & set(rows.column_names):
        return load_descriptions(source, split)
    require_columns(rows, "images", "texts")
    if source != "world":
        rows, name = beside(source, rows), f'"{source}", split "{split}"'
        check_rows(with_images(rows, decode=False, name=name), name)
    return with_images(rows, decode=True)


def load_descriptions(source: str | Path = "world", split: str = "train") -> "datasets.Dataset":
    """Load pictures with captions as dialogues in which the user asks for a description of the picture.

    The answer is the last caption, which is the most complete one in the little world.

    Args:
        source: see `load_captions`.
        split: "train", "validation", or "test".
    """
    rows = load_captions(source, split)
    texts = [description(captions) for captions in rows["caption"]]
    return about_each(rows.select_columns("image").add_column("texts", texts))


def description(captions: Sequence[str]) -> list[Text]:
    """Return a dialogue of one turn, which asks for a description and has the last caption as its answer."""
    return [{"user": DESCRIBE, "assistant": captions[-1]}]


def texts_of(row: Row) -> list[Text]:
    """Return the turns of a dialogue from a line's `texts`, or a dialogue made from its caption.

    Raises:
        CourseError: the texts or the caption can't be used.
    """
    if "texts" not in row:
        return description(captions_of(row))
    check_texts(row["texts"])
    return [{role: text[role] for role in ("user", "assistant")} for text in row["texts"]]


@quiet_datasets()
def about_each(rows: "datasets.Dataset") -> "datasets.Dataset":
    """Convert rows with a single `image` into rows with a list `images`, as in picture dialogues."""
    from datasets import Dataset, Image

    pictures = rows.cast_column("image", Image(decode=False))["image"]
    columns = {"images": [[picture] for picture in pictures], "texts": rows["texts"][:]}
    return with_images(Dataset.from_dict(columns), decode=True)


@quiet_datasets()
def beside(source: str | Path, rows: "datasets.Dataset") -> "datasets.Dataset":
    """Resolve file names of pictures relative to the source's folder. Leave rows with other pictures unchanged."""
    from datasets import List, Value

    if rows.features["images"] != List(Value("string")):
        return rows
    folder = folder_of(source)
    files = [[name and str(folder / name) for name in names or ()] for names in rows["images"]]
    return rows.remove_columns("images").add_column("images", files)


@quiet_datasets()
def with_images(rows: "datasets.Dataset", decode: bool, name: str = "the little world") -> "datasets.Dataset":
    """Return the rows with `images` cast to lists of pictures, either decoded or as bytes and paths."""
    from datasets import Image, List

    return as_pictures(rows, "images", List(Image(decode=decode)), name)


def check_rows(rows: "datasets.Dataset", name: str) -> None:
    """Raise a CourseError that names the first row that is not a valid picture dialogue."""
    for number, row in enumerate(rows, start=1):
        with located(f"row {number} of {name}"):
            check_row(row)


def check_row(row: PictureDialogue) -> None:
    """Raise a CourseError unless a row has readable pictures and valid texts."""
    if not row["images"]:
        raise CourseError("a row must have at least one picture, got none")
    for picture in row["images"]:
        open_picture(picture)
    check_texts(row["texts"])


def check_texts(texts: object) -> None:
    """Raise a CourseError unless there is at least one turn, and each turn has a question and an answer."""
    if not texts or not isinstance(texts, list) or not all(isinstance(text, dict) for text in texts):
        raise CourseError(f"texts must be a nonempty list of objects with user and assistant, got {texts!r}")
    for text in texts:
        for role in ("user", "assistant"):
            if not isinstance(text.get(role), str) or not text[role].strip():
                raise CourseError(f"{role} must be a nonempty text in each of the texts, got {text.get(role)!r}")


def world_picture_dialogues(split: str) -> list[Row]:
    """Generate the little world's dialogues about pictures of 64 x 64 pixels, as rows of a data set."""
    from course_lib.world.scenes.dialogues import make_scene_dialogues
    from course_lib.world.scenes.drawing import render_png

    return [
        {
            "images": [{"bytes": render_png(scene), "path": None}],
            "texts": [asdict(turn) for turn in turns],
            "held_out": scene.held_out,
        }
        for scene, turns in make_scene_dialogues(split)
    ]


def picture_conversation(row: PictureDialogue) -> Conversation:
    """Convert a row into a conversation, with all pictures at the start of the first message."""
    messages = []
    for number, text in enumerate(row["texts"]):
        content = text["user"] if number else with_pictures(row["images"], text["user"])
        messages += [{"role": "user", "content": content}, {"role": "assistant", "content": text["assistant"]}]
    return messages


def picture_examples(
    rows: "datasets.Dataset | Mapping[str, list]", template: Template, max_length: int
) -> list[Example]:
    """Convert picture dialogues into `Example`s for training.

    A dialogue that is too long is split into several examples with the same pictures.

    Args:
        rows: the rows of `load_picture_dialogues`, but with features from the vision tower in the column `images`.
        template: a chat template that supports pictures.
        max_length: the maximum number of tokens in an example.

    Raises:
        CourseError: a question with its pictures leaves no room for the answer.
    """
    return [
        template.training(picture_conversation({"images": images, "texts": part}), max_length)
        for images, texts in zip(rows["images"], rows["texts"], strict=True)
        for part in parts_that_fit(texts, len(images), template, max_length)
    ]


def parts_that_fit(
    texts: list[dict[str, str]], num_pictures: int, template: Template, max_length: int
) -> list[list[dict[str, str]]]:
    """Split a dialogue into as few parts as possible, so that each part fits together with all pictures."""
    parts, room = [], 0
    for text in texts:
        alone = len(template.training(picture_conversation({"images": [], "texts": [text]})).ids) - 1
        if not parts or alone > room:
            parts.append([])
            room = max_length - 1 - num_pictures * template.num_visual_tokens
        parts[-1].append(text)
        room -= alone
    return parts
