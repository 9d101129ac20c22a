"""A folder of pictures: its folders are the classes, divided into splits or not."""

import pytest
from PIL import Image

from course_lib.data import load_images
from course_lib.data.picture_files import is_picture_folder
from course_lib.errors import CourseError


def fill(folder, **counts):
    """Write so many pictures for each class; the widths tell them apart."""
    for name, count in counts.items():
        (folder / name).mkdir(parents=True)
        for number in range(count):
            Image.new("RGB", (number + 1, 3)).save(folder / name / f"{number:02}.png")
    return str(folder)


def widths(rows):
    """The names of the classes and the widths of the pictures."""
    return [(rows.features["label"].int2str(row["label"]), row["image"].width) for row in rows]


def test_folders_in_the_folders_of_the_splits_are_the_classes(tmp_path):
    fill(tmp_path / "train", hen=2, cow=1)
    fill(tmp_path / "test", hen=1)
    assert widths(load_images(str(tmp_path), "train")) == [("cow", 1), ("hen", 1), ("hen", 2)]
    rows = load_images(str(tmp_path), "test")
    assert rows.features["label"].names == ["cow", "hen"]
    assert widths(rows) == [("hen", 1)]


def test_an_undivided_folder_gives_two_of_ten_away(tmp_path):
    folder = fill(tmp_path, hen=13, cow=11)
    parts = {split: widths(load_images(folder, split)) for split in ("train", "validation", "test")}
    assert parts["validation"] == [("cow", 9), ("hen", 9)]
    assert parts["test"] == [("cow", 10), ("hen", 10)]
    assert len(parts["train"]) == 13 + 11 - 4
    assert not set(parts["train"]) & {*parts["validation"], *parts["test"]}


def test_other_files_are_no_pictures(tmp_path):
    folder = fill(tmp_path, hen=1)
    (tmp_path / "hen" / "notes.txt").write_text("a hen")
    assert len(load_images(folder)) == 1


def test_a_folder_without_the_split_says_what_it_holds(tmp_path):
    fill(tmp_path / "train", hen=1)
    with pytest.raises(CourseError, match='must have a folder for split "test"; it contains train'):
        load_images(str(tmp_path), "test")


@pytest.mark.parametrize("split", ["validation", "test"])
def test_a_folder_with_too_few_pictures_for_the_split_is_named(split, tmp_path):
    with pytest.raises(CourseError, match=f'no picture for split "{split}"; of every ten pictures of a class, the 9th'):
        load_images(fill(tmp_path / "undivided", hen=7, cow=5), split)
    fill(tmp_path / "divided" / "train", hen=3)
    (tmp_path / "divided" / split).mkdir()
    with pytest.raises(CourseError, match=f'no picture for split "{split}"$'):
        load_images(str(tmp_path / "divided"), split)


def test_a_folder_without_classes_says_what_it_holds(tmp_path):
    fill(tmp_path, train=3)
    with pytest.raises(CourseError, match="must have a folder of pictures for each class; it contains train$"):
        load_images(str(tmp_path))


def test_a_class_that_training_has_not_is_named(tmp_path):
    fill(tmp_path / "train", hen=1)
    fill(tmp_path / "test", hen=1, emu=1)
    with pytest.raises(CourseError, match='the class "emu" in .* must also be in .*train'):
        load_images(str(tmp_path), "test")


def test_a_picture_that_cannot_be_read_is_named(tmp_path):
    folder = fill(tmp_path, hen=3)
    (tmp_path / "hen" / "01.png").write_bytes(b"no picture")
    with pytest.raises(CourseError, match=r"row 2 of .*hen.01\.png can't be read"):
        load_images(folder)


def test_only_folders_with_folders_of_pictures_are_folders_of_pictures(tmp_path):
    (tmp_path / "texts").mkdir()
    assert not is_picture_folder(tmp_path)
    assert not is_picture_folder("world")
    fill(tmp_path / "train", hen=1)
    assert is_picture_folder(tmp_path)
    (tmp_path / "train.jsonl").write_text("{}")
    assert not is_picture_folder(tmp_path)
