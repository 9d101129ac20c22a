"""Sources: a name, a path or a hub id; what is not there is named."""

import os
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


def test_a_file_that_was_changed_is_read_again(tmp_path):
    path = write(tmp_path / "train.jsonl", json_lines(ROWS))
    assert len(load(path)) == 2
    write(path, json_lines(ROWS[1:]))
    os.utime(path, (1, 1))
    assert load(path).to_list() == ROWS[1:]


def test_a_folder_without_the_split_is_answered_with_what_it_holds(tmp_path):
    write(tmp_path / "train.jsonl", json_lines(ROWS))
    with pytest.raises(CourseError, match=r'no file for split "test" \(such as test\.jsonl\); it holds train\.jsonl'):
        load(tmp_path, "test")


@pytest.mark.parametrize(
    "source", ["", "wordl", "./nothing/here.jsonl", "a/b/c", "~/missing", 300 * "x", Path("no/file")]
)
def test_an_unknown_source_is_answered_with_what_was_expected(source):
    with pytest.raises(CourseError, match=f'unknown source "{source}": expected "world", an existing file'):
        load_source(source, "train", world=None)


def test_an_unknown_format_is_answered_with_the_known_ones(tmp_path):
    path = write(tmp_path / "train.docx", b"?")
    with pytest.raises(CourseError, match=r"train\.docx has an unknown format; expected one of \.jsonl, "):
        load(path)


@pytest.mark.parametrize("name", ["train.parquet", "train.jsonl.gz"])
def test_a_file_that_is_not_what_its_name_says_is_named(name, tmp_path):
    (tmp_path / name).write_bytes(b"these bytes are plain text")
    with pytest.raises(CourseError, match=name):
        load(tmp_path)


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
    with pytest.raises(CourseError, match=r"could not save .*; the environment variable COURSE_CACHE can name another"):
        load_source("world", "train", toy_world)


@each_full_disk
def test_a_full_disk_is_answered_with_what_to_do_and_no_draft_stays(full_disk, cache):
    with full_disk(), pytest.raises(CourseError, match=r"could not save .*COURSE_CACHE can name another folder"):
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
    with pytest.raises(CourseError, match=r"can't be read: Is a directory; .*COURSE_CACHE can name another folder"):
        load_source("world", "train", toy_world)


def test_missing_columns_are_answered_with_those_there_are():
    rows = Dataset.from_list(ROWS)
    assert sources.require_columns(rows, "text", "number") is rows
    with pytest.raises(CourseError, match="missing column label, image; found text, number"):
        sources.require_columns(rows, "text", "label", "image")
