"""Talk about pictures, in the columns of HuggingFaceM4/the_cauldron: `images`, and `texts` of user and assistant."""

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
    """The dialogues of `source` about pictures: `images`, a list, and `texts`, a list of {"user", "assistant"}.

    The little world adds to each text its `kind` and `form` (see `course_lib.world.scenes.questions`), and to each row
    `held_out`.

    Args:
        source: see `load_source`; for example "HuggingFaceM4/the_cauldron:vqav2". A picture is a file, beside the file
            that names it, or its content. Or pictures with captions (see `load_captions`), which become
            `load_descriptions`; in a folder with a `metadata.jsonl`, a line may have `texts` in the place of a caption.
        split: "train", "validation" or "test".

    Raises:
        CourseError: the source can't be used, a column is missing, a picture can't be read, or a row has no picture, no
            text, or a text without user and assistant.
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
    """The pictures of `load_captions` as dialogues: the user asks for a description, which is the last caption.

    In the little world, the last of them tells all.
    """
    rows = load_captions(source, split)
    texts = [description(captions) for captions in rows["caption"]]
    return about_each(rows.select_columns("image").add_column("texts", texts))


def description(captions: Sequence[str]) -> list[Text]:
    """Return the texts of a dialogue in which a picture is described by the last of its captions."""
    return [{"user": DESCRIBE, "assistant": captions[-1]}]


def texts_of(row: Row) -> list[Text]:
    """Return the texts of a line about a picture, or its caption. Raises CourseError where they can't be used."""
    if "texts" not in row:
        return description(captions_of(row))
    check_texts(row["texts"])
    return [{role: text[role] for role in ("user", "assistant")} for text in row["texts"]]


@quiet_datasets()
def about_each(rows: "datasets.Dataset") -> "datasets.Dataset":
    """Rows of an `image` and texts as rows of `images`, one in each, and texts."""
    from datasets import Dataset, Image

    pictures = rows.cast_column("image", Image(decode=False))["image"]
    columns = {"images": [[picture] for picture in pictures], "texts": rows["texts"][:]}
    return with_images(Dataset.from_dict(columns), decode=True)


@quiet_datasets()
def beside(source: str | Path, rows: "datasets.Dataset") -> "datasets.Dataset":
    """The rows with pictures that are named as files looked for beside the source's."""
    from datasets import List, Value

    if rows.features["images"] != List(Value("string")):
        return rows
    folder = folder_of(source)
    files = [[name and str(folder / name) for name in names or ()] for names in rows["images"]]
    return rows.remove_columns("images").add_column("images", files)


@quiet_datasets()
def with_images(rows: "datasets.Dataset", decode: bool, name: str = "the little world") -> "datasets.Dataset":
    """The rows with lists of pictures, as Pillow has them (`decode`) or as bytes and paths."""
    from datasets import Image, List

    return as_pictures(rows, "images", List(Image(decode=decode)), name)


def check_rows(rows: "datasets.Dataset", name: str) -> None:
    """Raise a CourseError that names the first row that makes no dialogue about pictures."""
    for number, row in enumerate(rows, start=1):
        with located(f"row {number} of {name}"):
            check_row(row)


def check_row(row: PictureDialogue) -> None:
    """Raise a CourseError that says what is wrong with a row."""
    if not row["images"]:
        raise CourseError("expected one picture or more, got none")
    for picture in row["images"]:
        open_picture(picture)
    check_texts(row["texts"])


def check_texts(texts: object) -> None:
    """Raise a CourseError unless these are texts of user and assistant, one or more."""
    if not texts or not isinstance(texts, list) or not all(isinstance(text, dict) for text in texts):
        raise CourseError(f"texts should be a list of texts with user and assistant, got {texts!r}")
    for text in texts:
        for role in ("user", "assistant"):
            if not isinstance(text.get(role), str) or not text[role].strip():
                raise CourseError(f"a text needs words of the {role}; got {text.get(role)!r}")


def world_picture_dialogues(split: str) -> list[Row]:
    """Make the rows of the little world's dialogues about pictures, 64 pixels high and wide."""
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
    """Return the messages of a row. Its pictures come first, in the first message."""
    messages = []
    for number, text in enumerate(row["texts"]):
        content = text["user"] if number else with_pictures(row["images"], text["user"])
        messages += [{"role": "user", "content": content}, {"role": "assistant", "content": text["assistant"]}]
    return messages


def picture_examples(
    rows: "datasets.Dataset | Mapping[str, list]", template: Template, max_length: int
) -> list[Example]:
    """Return the rows of `load_picture_dialogues` as `Example`s.

    A dialogue that does not fit becomes several, all about the same pictures.

    Args:
        rows: with what the tower of a `Vlm` makes of each picture in the place of `images`.
        template: one that knows pictures.
        max_length: the most tokens of an example.

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
    """Cut the texts of a dialogue into as few parts as fit, each with its pictures, into `max_length` tokens."""
    parts, room = [], 0
    for text in texts:
        alone = len(template.training(picture_conversation({"images": [], "texts": [text]})).ids) - 1
        if not parts or alone > room:
            parts.append([])
            room = max_length - 1 - num_pictures * template.num_visual_tokens
        parts[-1].append(text)
        room -= alone
    return parts
