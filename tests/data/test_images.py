"""Pictures with classes and captions: one form, whatever the source; what can't be used is named."""

import io
import json

import datasets
import numpy as np
import pytest
from PIL import Image

from course_lib.data import ImageProcessor, check_classes, load_captions, load_images
from course_lib.errors import CourseError
from course_lib.world.scenes import has_held_out_shirt, has_held_out_thing, make_scenes
from course_lib.world.scenes.captions import captions
from course_lib.world.scenes.cast import LABELS

SCENES = make_scenes("test", 97)
FIVE = [*SCENES[:3], next(filter(has_held_out_thing, SCENES)), next(filter(has_held_out_shirt, SCENES))]


@pytest.fixture
def small_world(monkeypatch):
    """A little world of five scenes in each split."""
    monkeypatch.setattr("course_lib.world.scenes.make_scenes", lambda split: FIVE)


def picture(width=13, height=11, mode="RGB", color=0):
    return Image.new(mode, (width, height), color)


def png(image):
    """The bytes of a picture."""
    with io.BytesIO() as file:
        image.save(file, "PNG")
        return file.getvalue()


def write_lines(path, *rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return str(path)


def write_parquet(path, **columns):
    datasets.Dataset.from_dict(columns).to_parquet(path)
    return str(path)


def test_pictures_of_the_little_world_are_its_scenes(small_world):
    rows = load_images("world", "test")
    assert rows.features["label"].names == list(LABELS)
    assert [rows.features["label"].int2str(label) for label in rows["label"]] == [scene.noun for scene in FIVE]
    assert rows["held_out"][:] == ["thing" if has_held_out_thing(scene) else "scene" for scene in FIVE]
    assert rows[0]["image"].size == (64, 64)
    assert (np.asarray(rows[3]["image"].convert("RGB")) != np.asarray(rows[1]["image"].convert("RGB"))).any()


def test_captions_of_the_little_world_are_lists_of_five(small_world):
    rows = load_captions("world", "test")
    assert rows["caption"][:] == [list(captions(scene)) for scene in FIVE]


def test_a_parquet_file_holds_pictures_of_any_kind(tmp_path):
    kinds = {
        "grey": picture(7, 5, "L", 90),
        "clear": picture(5, 7, "RGBA", (9, 9, 9, 0)),
        "red": picture(3, 2, "RGB", "red"),
    }
    path = write_parquet(
        tmp_path / "pictures.parquet",
        image=[{"bytes": png(image), "path": None} for image in kinds.values()],
        label=list(kinds),
    )
    rows = load_images(path)
    assert rows.features["label"].names == ["clear", "grey", "red"]
    assert rows["label"][:] == [1, 0, 2]
    assert [image.size for image in rows["image"]] == [(7, 5), (5, 7), (3, 2)]
    pixels = ImageProcessor(size=(2, 2), mean=None, std=None)(rows["image"])
    assert pixels.shape == (3, 3, 2, 2)
    assert pixels[1].min() == pytest.approx(1.0)  # what is transparent shows white


def test_pictures_may_be_files_beside_the_file_that_names_them(tmp_path, monkeypatch):
    (tmp_path / "pictures").mkdir()
    picture(7, 5).save(tmp_path / "pictures" / "one.png")
    path = write_lines(tmp_path / "train.jsonl", {"image": "pictures/one.png", "label": "a", "caption": "a hen"})
    monkeypatch.chdir("/")
    assert load_images(path)[0]["image"].size == (7, 5)
    assert load_captions(str(tmp_path))[0]["caption"] == ["a hen"]


def test_the_column_of_cifar_is_known_by_its_name(tmp_path):
    path = write_parquet(tmp_path / "cifar.parquet", img=[{"bytes": png(picture()), "path": None}], label=["ship"])
    assert load_images(path)[0]["image"].size == (13, 11)


def test_classes_are_those_of_the_training_split(tmp_path):
    row = {"image": [{"bytes": png(picture()), "path": None}] * 3}
    write_parquet(tmp_path / "train.parquet", label=["cat", "dog", "ant"], **row)
    write_parquet(tmp_path / "validation.parquet", label=["dog", "dog", "cat"], **row)
    write_parquet(tmp_path / "test.parquet", label=["dog", "emu", "cat"], **row)
    rows = load_images(str(tmp_path), "validation")
    assert rows.features["label"].names == ["ant", "cat", "dog"]
    assert rows["label"][:] == [2, 2, 1]
    with pytest.raises(CourseError, match='row 2: the label must be a class of the training split, got "emu"'):
        load_images(str(tmp_path), "test")


@pytest.mark.parametrize(
    "columns",
    [
        {"caption": [["a hen", "one hen"], ["a cow"]]},
        {"caption_0": ["a hen", "a cow"], "caption_1": ["one hen", "a brown cow"]},
        {"caption": ["a hen", "a cow"]},
    ],
    ids=["lists", "numbered", "texts"],
)
def test_captions_become_lists(columns, tmp_path):
    row = {"image": [{"bytes": png(picture()), "path": None}] * 2}
    rows = load_captions(write_parquet(tmp_path / "pictures.parquet", **row, **columns))
    assert set(rows.column_names) == {"image", "caption"}
    for number, texts in enumerate(rows["caption"]):
        expected = [c[number] for c in columns.values()]
        assert texts == (expected[0] if isinstance(expected[0], list) else expected)


@pytest.mark.parametrize("nothing", ["", "  ", None, [], ["a hen", ""]], ids=repr)
def test_a_row_without_a_caption_is_named(nothing, tmp_path):
    good = ["a cow"] if isinstance(nothing, list) else "a cow"
    row = {"image": [{"bytes": png(picture()), "path": None}] * 2}
    path = write_parquet(tmp_path / "pictures.parquet", caption=[good, nothing], **row)
    with pytest.raises(CourseError, match='row 2 of ".*pictures.parquet", split "train": a caption must be a text'):
        load_captions(path)


def test_a_corrupt_picture_is_named(tmp_path):
    (tmp_path / "bad.png").write_bytes(png(picture(97, 89))[:71])
    picture().save(tmp_path / "good.png")
    path = write_lines(tmp_path / "t.jsonl", *({"image": name, "label": "a"} for name in ("good.png", "bad.png")))
    with pytest.raises(CourseError, match=r'row 2 of ".*t\.jsonl": .*bad\.png can\'t be read'):
        load_images(path)


def test_a_missing_picture_is_named(tmp_path):
    path = write_lines(tmp_path / "t.jsonl", {"image": "nowhere.png", "label": "a"})
    with pytest.raises(CourseError, match=r'row 1 of ".*t\.jsonl": the picture .*nowhere\.png does not exist'):
        load_images(path)


@pytest.mark.parametrize(
    ("names", "complaint"),
    [
        ([], r"classes must be a list of one or more names, got \[\]"),
        ("cat", "classes must be a list of one or more names, got 'cat'"),
        (["cat", "dog", "cat"], 'the class "cat" must be listed only once, got 2 times'),
        (["cat", " "], "a class name must be a nonempty text, got ' '"),
        (["cat", 3], "a class name must be a nonempty text, got 3"),
    ],
)
def test_bad_lists_of_classes_are_refused(names, complaint):
    with pytest.raises(CourseError, match=complaint):
        check_classes(names)


def test_a_good_list_of_classes_comes_back():
    assert check_classes(["cat", "dog"]) == ("cat", "dog")


@pytest.mark.parametrize("load", [load_images, load_captions])
@pytest.mark.parametrize("image", ["null", "5", "true", '["a"]', '""'])
def test_an_image_of_another_kind_is_named(image, load, tmp_path):
    (path := tmp_path / "rows.jsonl").write_text(f'{{"image": {image}, "label": "a", "caption": "b"}}\n')
    with pytest.raises(CourseError, match=r"rows\.jsonl"):
        load(str(path))


@pytest.mark.parametrize("label", ["null", "1.5", '["a"]'])
def test_a_label_that_is_no_name_is_named(label, tmp_path):
    Image.new("RGB", (3, 5)).save(tmp_path / "a.png")
    (path := tmp_path / "rows.jsonl").write_text(f'{{"image": "a.png", "label": {label}}}\n')
    with pytest.raises(CourseError, match=r"row 1 of .*rows\.jsonl.* must have a text or an integer as its label"):
        load_images(str(path))
