"""Dialogues about pictures, in the columns of the_cauldron; what makes no dialogue is named."""

import io
import json

import datasets
import pytest
from PIL import Image

from course_lib.data import load_picture_dialogues
from course_lib.errors import CourseError
from course_lib.world.scenes import make_scenes
from course_lib.world.scenes.dialogues import make_scene_dialogues

TEXT = {"user": "What is it?", "assistant": "A hen."}


def picture(width=13, height=11):
    """A picture as a row of a data set has it."""
    with io.BytesIO() as file:
        Image.new("L", (width, height)).save(file, "PNG")
        return {"bytes": file.getvalue(), "path": None}


def write(path, *rows):
    datasets.Dataset.from_list(rows).to_parquet(path)
    return str(path)


def test_dialogues_of_the_little_world_are_about_its_scenes(monkeypatch):
    three = make_scenes("test", 3)
    monkeypatch.setattr("course_lib.world.scenes.dialogues.make_scenes", lambda split: three)
    rows = load_picture_dialogues("world", "test")
    assert [[image.size for image in images] for images in rows["images"]] == [[(64, 64)]] * 3
    assert rows["held_out"][:] == [scene.held_out for scene in three]
    for texts, (_, turns) in zip(rows["texts"], make_scene_dialogues("test"), strict=True):
        assert [(text["user"], text["assistant"]) for text in texts] == [(turn.user, turn.assistant) for turn in turns]
        told = [(text["kind"], text["form"], text["held_out"]) for text in texts]
        assert told == [(turn.kind, turn.form, turn.held_out) for turn in turns]


def test_a_row_may_have_several_pictures_and_several_turns(tmp_path):
    path = write(tmp_path / "talk.parquet", {"images": [picture(7, 5), picture(3, 2)], "texts": [TEXT, TEXT]})
    [row] = load_picture_dialogues(path)
    assert [image.size for image in row["images"]] == [(7, 5), (3, 2)]
    assert row["texts"] == [TEXT, TEXT]


@pytest.mark.parametrize("name", ["train.jsonl", "talk.jsonl"], ids=["a folder", "a file"])
def test_pictures_that_are_named_as_files_are_looked_for_beside_the_file_that_names_them(name, tmp_path, monkeypatch):
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "hen.png").write_bytes(picture()["bytes"])
    (tmp_path / "cow.png").write_bytes(picture(5, 7)["bytes"])
    (tmp_path / name).write_text(json.dumps({"images": ["photos/hen.png", "cow.png"], "texts": [TEXT]}) + "\n")
    monkeypatch.chdir("/")
    [row] = load_picture_dialogues(str(tmp_path if name == "train.jsonl" else tmp_path / name))
    assert [image.size for image in row["images"]] == [(13, 11), (5, 7)]


@pytest.mark.parametrize(
    ("bad", "complaint"),
    [
        ({"images": []}, "a row must have at least one picture, got none"),
        ({"texts": []}, r"texts must be a nonempty list of objects with user and assistant, got \[\]"),
        ({"texts": [TEXT | {"assistant": " "}]}, "assistant must be a nonempty text in each of the texts, got ' '"),
        ({"texts": [TEXT | {"user": None}]}, "user must be a nonempty text in each of the texts, got None"),
        ({"images": [{"bytes": b"no picture", "path": None}]}, "a picture can't be read"),
    ],
    ids=str,
)
def test_a_row_that_makes_no_dialogue_is_named_by_its_number(bad, complaint, tmp_path):
    good = {"images": [picture()], "texts": [TEXT]}
    with pytest.raises(CourseError, match=rf'row 2 of ".*talk\.parquet", split "train": {complaint}'):
        load_picture_dialogues(write(tmp_path / "talk.parquet", good, good | bad))


@pytest.mark.parametrize(
    ("images", "texts"),
    [
        ('"a"', '[{"user": "a", "assistant": "b"}]'),
        ("[5]", '[{"user": "a", "assistant": "b"}]'),
        ("5", "5"),
        ("null", "null"),
        ("[null]", '[{"user": "a", "assistant": "b"}]'),
        ('["cow.png"]', '"a"'),
        ('["cow.png"]', '["a"]'),
        ('["cow.png"]', "[null]"),
    ],
)
def test_columns_of_another_kind_are_named(images, texts, tmp_path):
    (tmp_path / "cow.png").write_bytes(picture()["bytes"])
    (path := tmp_path / "talk.jsonl").write_text(f'{{"images": {images}, "texts": {texts}}}\n')
    with pytest.raises(CourseError, match=r"talk\.jsonl"):
        load_picture_dialogues(str(path))
