"""A folder of pictures with a line about each: what is read from it, and a sentence for each way it can be wrong."""

import json
import shutil

import pytest

from course_lib.data import load_captions, load_images, load_picture_dialogues
from course_lib.errors import CourseError
from tests.photographs import write_described, write_metadata

MISSING = object()
TALK = [{"user": "What is it?", "assistant": "A flower."}]
both = pytest.mark.parametrize("load", [load_captions, load_picture_dialogues])


def change(number, **columns):
    """What puts columns into the row with this number, or takes those away that are to be MISSING."""

    def spoil(folder, rows):
        changed = {name: value for name, value in (rows[number] | columns).items() if value is not MISSING}
        write_metadata(folder, [*rows[:number], changed, *rows[number + 1 :]])

    return spoil


def line(number, text):
    """What replaces the line with this number, from 1."""

    def spoil(folder, rows):
        lines = [json.dumps(row) for row in rows]
        (folder / "metadata.jsonl").write_text("\n".join([*lines[: number - 1], text, *lines[number:]]))

    return spoil


def cut_off(folder, rows):
    content = (folder / "01.jpg").read_bytes()
    (folder / "01.jpg").write_bytes(content[: len(content) // 2])


def in_csv(folder, rows):
    (folder / "metadata.jsonl").unlink()
    (folder / "metadata.csv").write_text("file_name,caption\n")


def emptied(folder, rows):
    for file in folder.iterdir():
        file.unlink()


LINE = r"metadata\.jsonl, line"
WRONG = {
    "no metadata": (lambda folder, rows: (folder / "metadata.jsonl").unlink(), r"has no metadata\.jsonl .*such as \{"),
    "a table instead": (in_csv, r"has no metadata\.jsonl with a line for each picture.*; it contains metadata\.csv$"),
    "an empty folder": (emptied, r"has no metadata\.jsonl .*; it contains nothing$"),
    "an empty file": (lambda folder, rows: write_metadata(folder, []), r"metadata\.jsonl is empty"),
    "no JSON": (line(3, '{"file_name": "02.jpg", caption}'), rf"{LINE} 3: not valid JSON \(.*\): .*caption"),
    "no object": (line(2, '["01.jpg", "a flower"]'), f"{LINE} 2 must be a JSON object"),
    "half a letter": (line(2, r'{"file_name": "01.jpg", "caption": "\ud83d"}'), f"{LINE} 2: not usable JSON"),
    "no such picture": (change(4, file_name="nowhere.jpg"), rf"{LINE} 5: the picture .*nowhere\.jpg does not exist"),
    "too long a name": (change(4, file_name="a" * 5000), rf"{LINE} 5: the picture .*aaa"),
    "no picture": (
        lambda folder, rows: (folder / "01.jpg").write_text("a flower"),
        rf"{LINE} 2: .*01\.jpg can't be read: cannot identify",
    ),
    "cut off": (cut_off, rf"{LINE} 2: .*01\.jpg can't be read: .*truncated"),
    "no caption": (change(6, caption=None), f"{LINE} 7: a caption must be a text or a list of texts.*got .None"),
    "a blank caption": (change(6, caption=" "), f"{LINE} 7: a caption must be a text.*none of them empty, got .' '"),
    "a caption of no texts": (change(6, caption=[]), rf"{LINE} 7: a caption must be a text.*got \[\]"),
    "a number": (change(0, caption=5), rf"{LINE} 1: a caption must be a text.*got \[5\]"),
    "another column": (
        change(0, caption=MISSING, text="a hen"),
        f"{LINE} 1: a row must have a caption, got only file_name, text",
    ),
    "no file_name": (
        change(0, file_name=MISSING, image="00.jpg"),
        f"{LINE} 1: a line must have a file_name, got caption, image",
    ),
    "a file_name of another kind": (change(0, file_name=7), f"{LINE} 1: file_name must be the name of a picture"),
    "told about twice": (
        change(5, file_name="./03.jpg"),
        rf"{LINE} 6: 03\.jpg .* but line 4 also names it; use",
    ),
    "from the root": (change(1, file_name="/etc/01.jpg"), rf"{LINE} 2: the picture /etc/01\.jpg must be in"),
    "out of the folder": (change(1, file_name="../01.jpg"), rf"{LINE} 2: the picture \.\./01\.jpg must be in"),
    "forgotten": (
        lambda folder, rows: write_metadata(folder, [*rows[:2], *rows[4:]]),
        r"must have a line in metadata\.jsonl, but 2 have none, such as 02\.jpg",
    ),
}


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    """A folder of eleven pictures, and its rows."""
    folder = tmp_path_factory.mktemp("good")
    return folder, write_described(folder, 11)


@pytest.fixture
def mine(good, tmp_path):
    """A copy of the folder of eleven pictures, and its rows."""
    folder, rows = good
    return shutil.copytree(folder, tmp_path / "mine"), rows


@both
@pytest.mark.parametrize(("spoil", "complaint"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_with_a_folder_is_one_sentence_that_says_where(spoil, complaint, load, mine):
    folder, rows = mine
    spoil(folder, rows)
    with pytest.raises(CourseError, match=complaint) as caught:
        load(str(folder))
    assert "\n" not in str(caught.value)


@both
def test_a_folder_without_the_split_says_what_it_holds(load, mine, tmp_path):
    folder, _ = mine
    folder.rename(tmp_path / "train")
    assert len(load(str(tmp_path), "train")) == 11
    with pytest.raises(CourseError, match='must have a folder for split "validation"; it contains train$'):
        load(str(tmp_path), "validation")


@both
def test_a_folder_of_classes_is_asked_for_its_captions(load, mine, tmp_path):
    folder, _ = mine
    (folder / "metadata.jsonl").unlink()
    with pytest.raises(CourseError, match=r"has no metadata\.jsonl .*; it contains mine$"):
        load(str(tmp_path))


def test_an_undivided_folder_gives_the_ninth_and_the_tenth_of_ten_lines_away(good):
    folder, rows = good
    told = {split: [row["caption"] for row in load_captions(str(folder), split)] for split in ("validation", "test")}
    assert told == {"validation": [[rows[8]["caption"]]], "test": [[rows[9]["caption"]]]}
    training = [*rows[:8], rows[10]]
    assert [row["caption"] for row in load_captions(str(folder))] == [[row["caption"]] for row in training]


def test_too_few_lines_for_a_split_are_named(tmp_path):
    write_described(tmp_path, 7)
    with pytest.raises(CourseError, match='no line for split "validation"; of every ten lines, the 9th'):
        load_captions(str(tmp_path), "validation")


def test_pictures_are_looked_for_beside_the_file_that_names_them(mine, monkeypatch):
    folder, rows = mine
    (folder / "more").mkdir()
    (folder / "01.jpg").rename(folder / "more" / "flower.JPG")
    rows = [rows[0], {"file_name": "more/flower.JPG", "caption": ["a flower", "a red one"]}, *rows[2:]]
    write_metadata(folder, rows)
    (folder / "._00.jpg").write_text("what a Mac writes beside a picture")
    monkeypatch.chdir("/")
    told = load_captions(str(folder))[1]
    assert told["caption"] == ["a flower", "a red one"]
    assert told["image"].size == (131, 130)


def test_captions_are_what_the_model_says_when_asked_to_describe(good):
    folder, rows = good
    told = load_picture_dialogues(str(folder), "validation")
    assert [[image.size for image in images] for images in told["images"]] == [[(131, 123)]]
    assert told["texts"][:] == [[{"user": "Describe the picture.", "assistant": rows[8]["caption"]}]]


def test_lines_may_have_dialogues_in_the_place_of_captions(mine):
    folder, rows = mine
    change(0, texts=TALK, caption=MISSING)(folder, rows)
    told = load_picture_dialogues(str(folder))["texts"]
    assert told[0] == TALK
    assert [text["user"] for text in told[1]] == ["Describe the picture."]


@pytest.mark.parametrize("texts", [[], "a flower", [{"user": "What?"}], [{"user": "What?", "assistant": 5}]], ids=str)
def test_dialogues_that_are_none_are_named_by_their_line(texts, mine):
    folder, rows = mine
    change(2, texts=texts)(folder, rows)
    with pytest.raises(CourseError, match=rf"{LINE} 3: (texts must be|assistant must be a nonempty text)"):
        load_picture_dialogues(str(folder))


def test_a_picture_of_a_train_is_no_file_about_the_training_split(mine):
    folder, rows = mine
    (folder / "03.jpg").rename(folder / "train.jpg")
    change(3, file_name="train.jpg")(folder, rows)
    assert len(load_captions(str(folder))) == 9


def test_long_lists_of_files_are_cut_short(mine):
    folder, _ = mine
    (folder / "metadata.jsonl").unlink()
    with pytest.raises(CourseError, match=r"it contains 00\.jpg, .*, 08\.jpg and 2 more$"):
        load_captions(str(folder))
    with pytest.raises(CourseError, match=r"must have a file for split .* 08\.jpg and 2 more$"):
        load_images(str(folder))
