"""Dialogues about pictures, in the columns of HuggingFaceM4/the_cauldron: `images` and `texts`."""

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
    """A question of the user, and the assistant's answer."""

    user: str
    assistant: str


class PictureDialogue(TypedDict):
    """A row of a data set of dialogues about pictures."""

    images: list[Shown]
    texts: list[Text]


def load_picture_dialogues(source: str | Path = "world", split: str = "train") -> "datasets.Dataset":
    """Load dialogues about pictures: `images`, a list, and `texts`, a list of {"user", "assistant"}.

    The little world adds `kind` and `form` to each text (see `course_lib.world.scenes.questions`), and `held_out` to
    each row.

    Args:
        source: see `load_source`; for example "HuggingFaceM4/the_cauldron:vqav2". A picture is the content of a file or
            a path relative to the file of the data set. Or pictures with captions (see `load_captions`), which are
            converted by `load_descriptions`; in a `metadata.jsonl`, a line can have `texts` instead of a caption.
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
    """Load the pictures of `load_captions` as dialogues, where the user asks for a description.

    The answer is the last caption. In the little world, this is the most complete one.

    Args:
        source: see `load_captions`.
        split: "train", "validation", or "test".
    """
    rows = load_captions(source, split)
    texts = [description(captions) for captions in rows["caption"]]
    return about_each(rows.select_columns("image").add_column("texts", texts))


def description(captions: Sequence[str]) -> list[Text]:
    """Return the texts of a dialogue with a picture's last caption as its description."""
    return [{"user": DESCRIBE, "assistant": captions[-1]}]


def texts_of(row: Row) -> list[Text]:
    """Return the texts of a line about a picture, or a dialogue with its caption.

    Raises:
        CourseError: the texts or captions can't be used.
    """
    if "texts" not in row:
        return description(captions_of(row))
    check_texts(row["texts"])
    return [{role: text[role] for role in ("user", "assistant")} for text in row["texts"]]


@quiet_datasets()
def about_each(rows: "datasets.Dataset") -> "datasets.Dataset":
    """Convert rows with an `image` and texts into rows with a list of `images` and texts."""
    from datasets import Dataset, Image

    pictures = rows.cast_column("image", Image(decode=False))["image"]
    columns = {"images": [[picture] for picture in pictures], "texts": rows["texts"][:]}
    return with_images(Dataset.from_dict(columns), decode=True)


@quiet_datasets()
def beside(source: str | Path, rows: "datasets.Dataset") -> "datasets.Dataset":
    """Return the rows with file names resolved relative to the source."""
    from datasets import List, Value

    if rows.features["images"] != List(Value("string")):
        return rows
    folder = folder_of(source)
    files = [[name and str(folder / name) for name in names or ()] for names in rows["images"]]
    return rows.remove_columns("images").add_column("images", files)


@quiet_datasets()
def with_images(rows: "datasets.Dataset", decode: bool, name: str = "the little world") -> "datasets.Dataset":
    """Return the rows with lists of pictures, either decoded by Pillow or as bytes and paths."""
    from datasets import Image, List

    return as_pictures(rows, "images", List(Image(decode=decode)), name)


def check_rows(rows: "datasets.Dataset", name: str) -> None:
    """Raise a CourseError that names the first row that is not a valid dialogue."""
    for number, row in enumerate(rows, start=1):
        with located(f"row {number} of {name}"):
            check_row(row)


def check_row(row: PictureDialogue) -> None:
    """Raise a CourseError that describes the problem with a row."""
    if not row["images"]:
        raise CourseError("a row must have at least one picture, got none")
    for picture in row["images"]:
        open_picture(picture)
    check_texts(row["texts"])


def check_texts(texts: object) -> None:
    """Raise a CourseError unless there is at least one text, and each has words of the user and of the assistant."""
    if not texts or not isinstance(texts, list) or not all(isinstance(text, dict) for text in texts):
        raise CourseError(f"texts must be a list of texts with user and assistant, got {texts!r}")
    for text in texts:
        for role in ("user", "assistant"):
            if not isinstance(text.get(role), str) or not text[role].strip():
                raise CourseError(f"a text must have words of the {role}, got {text.get(role)!r}")


def world_picture_dialogues(split: str) -> list[Row]:
    """Generate the rows of the little world's dialogues about pictures, 64 x 64 pixels each."""
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
    """Return the messages of a row. The pictures are at the start of the first message."""
    messages = []
    for number, text in enumerate(row["texts"]):
        content = text["user"] if number else with_pictures(row["images"], text["user"])
        messages += [{"role": "user", "content": content}, {"role": "assistant", "content": text["assistant"]}]
    return messages


def picture_examples(
    rows: "datasets.Dataset | Mapping[str, list]", template: Template, max_length: int
) -> list[Example]:
    """Convert rows of `load_picture_dialogues` into `Example`s.

    A dialogue that is too long is split into several examples with the same pictures.

    Args:
        rows: the rows, with features of the vision tower instead of `images`.
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
    """Split the texts of a dialogue into as few parts as possible, so that each fits together with the pictures."""
    parts, room = [], 0
    for text in texts:
        alone = len(template.training(picture_conversation({"images": [], "texts": [text]})).ids) - 1
        if not parts or alone > room:
            parts.append([])
            room = max_length - 1 - num_pictures * template.num_visual_tokens
        parts[-1].append(text)
        room -= alone
    return parts
