"""Sources: a name, a path or a hub id; what is not there is named."""

import itertools
import logging
import os
from logging.handlers import BufferingHandler
from pathlib import Path

import pytest
from datasets import Dataset

from course_lib.data import load_source, sources
from course_lib.errors import CourseError
from tests.data.files import ROWS, json_lines, load, write
from tests.disks import each_full_disk


@pytest.mark.parametrize("name", ["train.jsonl", "train.jsonl.gz", "train.json", "train.parquet"])
@pytest.mark.parametrize("whole_folder", [False, True], ids=["file", "folder"])
def test_a_local_file_or_its_folder_is_read(name, whole_folder, tmp_path):
    if name.endswith(".parquet"):
        Dataset.from_list(ROWS).to_parquet(tmp_path / name)
    else:
        write(tmp_path / name, json_lines(ROWS))
    assert load(tmp_path if whole_folder else tmp_path / name).to_list() == ROWS


def test_the_split_chooses_the_file(tmp_path):
    write(tmp_path / "train.jsonl", json_lines(ROWS))
    write(tmp_path / "validation.jsonl.gz", json_lines(ROWS[:1]))
    assert len(load(tmp_path, "validation")) == 1
    assert len(load(tmp_path, "train")) == 2


SPLITS = ("train", "validation", "test")


def numbered(count, *, repeats=1):
    """Rows of their own, each as often as `repeats` says, one after the other."""
    return [{"text": f"text {number}", "number": number} for number in range(count) for _ in range(repeats)]


def write_rows(path, rows):
    """A file of rows in the format that its name says."""
    if path.suffix == ".parquet":
        Dataset.from_list(rows).to_parquet(path)
        return path
    return write(path, "\n\n".join(row["text"] for row in rows).encode() if ".txt" in path.name else json_lines(rows))


@pytest.mark.parametrize("repeats", [1, 3])
@pytest.mark.parametrize("name", ["mine.jsonl", "mine.txt", "mine.txt.gz", "mine.json", "mine.parquet", "train.jsonl"])
def test_the_splits_of_one_file_share_no_row_and_are_all_of_it(name, repeats, tmp_path):
    path = write_rows(tmp_path / name, numbered(43, repeats=repeats))
    texts = {split: load(path, split)["text"][:] for split in SPLITS}
    assert [len(texts[split]) for split in SPLITS] == [35 * repeats, 4 * repeats, 4 * repeats]
    assert texts["validation"][::repeats] == ["text 8", "text 18", "text 28", "text 38"]
    assert not any(set(texts[a]) & set(texts[b]) for a, b in itertools.combinations(SPLITS, 2))
    assert set().union(*texts.values()) == {row["text"] for row in numbered(43)}


def test_rows_behind_those_of_a_file_leave_the_others_in_their_splits(tmp_path):
    before, after = (write_rows(tmp_path / f"{count}.jsonl", numbered(count)) for count in (23, 41))
    for split in SPLITS:
        rows = load(before, split).to_list()
        assert load(after, split).to_list()[: len(rows)] == rows


@pytest.mark.parametrize("split", ["validation", "test", "tset"])
def test_a_file_with_too_few_rows_for_the_split_is_named(split, tmp_path):
    path = write_rows(tmp_path / "mine.jsonl", numbered(8, repeats=5))
    with pytest.raises(CourseError, match=rf'mine\.jsonl has no row for split "{split}"; of every ten different rows'):
        load(path, split)


def test_no_progress_bar_is_drawn_for_the_rows_of_a_file(tmp_path, capfd):
    rows = load(write_rows(tmp_path / "mine.jsonl", numbered(23)), "validation")
    assert rows.add_column("more", [3, 5])["more"][:] == [3, 5]
    assert capfd.readouterr().err == ""


def test_a_file_that_was_changed_is_read_again(tmp_path):
    path = write(tmp_path / "train.jsonl", json_lines(ROWS))
    assert len(load(path)) == 2
    write(path, json_lines(ROWS[1:]))
    os.utime(path, (1, 1))
    assert load(path).to_list() == ROWS[1:]


def test_a_folder_without_the_split_is_answered_with_what_it_holds(tmp_path):
    write(tmp_path / "train.jsonl", json_lines(ROWS))
    with pytest.raises(
        CourseError, match=r'must have a file for split "test", such as test\.jsonl; it contains train\.jsonl'
    ):
        load(tmp_path, "test")


@pytest.mark.parametrize(
    "source", ["", "wordl", "./nothing/here.jsonl", "a/b/c", "~/missing", 300 * "x", Path("no/file")]
)
def test_an_unknown_source_is_answered_with_what_was_expected(source):
    with pytest.raises(CourseError, match=f'the source must be "world", an existing file .* got "{source}"'):
        load_source(source, "train", world=None)


def test_an_unknown_format_is_answered_with_the_known_ones(tmp_path):
    path = write(tmp_path / "train.docx", b"?")
    with pytest.raises(CourseError, match=r"train\.docx must have a name that ends in \.jsonl, "):
        load(path)


@pytest.mark.parametrize("name", ["train.parquet", "train.jsonl.gz"])
def test_a_file_that_is_not_what_its_name_says_is_named(name, tmp_path):
    (tmp_path / name).write_bytes(b"these bytes are plain text")
    with pytest.raises(CourseError, match=name):
        load(tmp_path)


@pytest.mark.parametrize("name", ["train.parquet", "train.jsonl", "train.jsonl.gz"])
def test_of_a_damaged_file_nothing_is_logged_beside_the_error(name, tmp_path):
    logger, handler = logging.getLogger("datasets"), BufferingHandler(99)
    logger.addHandler(handler)
    with pytest.raises(CourseError, match=name):
        load(write(tmp_path / name, b'{"text": "um"}\n{"text": "do'))
    logger.removeHandler(handler)
    assert handler.buffer == []


@pytest.mark.parametrize("source", ["someone/something", "someone/something:en-pt"])
def test_without_a_network_a_hub_id_says_so(source):
    with pytest.raises(CourseError, match=f'hub data set "{source}", split "test", could not be loaded: .*Hub'):
        load_source(source, "test", world=None)


def test_a_hub_id_may_name_a_configuration(monkeypatch):
    calls = []
    monkeypatch.setattr("datasets.load_dataset", lambda *args, **kwargs: calls.append((args, kwargs)))
    load_source("someone/something:en-pt", "train", world=None)
    load_source("someone/something", "test", world=None)
    assert calls == [
        (("someone/something", "en-pt"), {"split": "train"}),
        (("someone/something", None), {"split": "test"}),
    ]


def test_the_little_world_is_generated_once_per_split_and_kept():
    generated = []

    def toy_world(split):
        generated.append(split)
        return ROWS

    first, again = (load_source("world", "train", toy_world) for _ in range(2))
    assert first.to_list() == again.to_list() == ROWS
    load_source("world", "test", toy_world)
    assert generated == ["train", "test"]


def toy_world(split):
    return ROWS


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """The folder for generated data."""
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.mark.parametrize("damage", [lambda data: data[:-7], lambda data: b"", lambda data: b"?" * 70])
def test_a_damaged_file_of_the_cache_is_made_again(damage, cache):
    load_source("world", "train", toy_world)
    (file,) = cache.iterdir()
    file.write_bytes(damage(whole := file.read_bytes()))
    assert load_source("world", "train", toy_world).to_list() == ROWS
    assert file.read_bytes() == whole


def test_no_flipped_bit_in_the_cache_changes_what_is_read(cache):
    load_source("world", "train", toy_world)
    (file,) = cache.iterdir()
    whole = file.read_bytes()
    for place in range(0, len(whole), 37):
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert load_source("world", "train", toy_world).to_list() == ROWS, place


def test_a_cache_that_is_a_file_is_answered_with_what_to_do(cache):
    cache.write_text("a file")
    with pytest.raises(CourseError, match=r"could not save .*; set the environment variable COURSE_CACHE to another"):
        load_source("world", "train", toy_world)


@each_full_disk
def test_a_full_disk_is_answered_with_what_to_do_and_no_draft_stays(full_disk, cache):
    with full_disk(), pytest.raises(CourseError, match=r"could not save .*COURSE_CACHE to another folder"):
        load_source("world", "train", toy_world)
    assert list(cache.iterdir()) == []


def test_what_is_in_the_cache_is_read_without_writing(cache, monkeypatch):
    load_source("world", "train", toy_world)
    monkeypatch.setattr(sources, "atomic_file", None)
    before = sorted(cache.rglob("*"))
    assert load_source("world", "train", toy_world).to_list() == ROWS
    assert sorted(cache.rglob("*")) == before


def test_a_cache_that_can_not_be_read_is_answered_with_what_to_do(cache):
    load_source("world", "train", toy_world)
    (file,) = cache.iterdir()
    file.unlink()
    file.mkdir()
    with pytest.raises(CourseError, match=r"can't be read: Is a directory; .*COURSE_CACHE to another folder"):
        load_source("world", "train", toy_world)
