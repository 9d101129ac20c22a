"""Sources: a name, a path or a hub id; and what can't be read is named, with the line."""

import gzip
import json
import os
from pathlib import Path

import pytest
from datasets import Dataset

from course_lib.data import load_source, sources
from course_lib.errors import CourseError
from tests.disks import each_full_disk

ROWS = [{"text": "um é um", "number": 1}, {"text": "dois", "number": 2}]


def json_lines(rows):
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def write(path, content):
    """Write bytes to `path`, compressed where it ends in .gz."""
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path


def load(path, split="train"):
    return load_source(str(path), split, world=None)


@pytest.mark.parametrize("name", ["train.jsonl", "train.jsonl.gz", "train.json", "train.parquet"])
@pytest.mark.parametrize("whole_folder", [False, True], ids=["file", "folder"])
def test_a_local_file_or_its_folder_is_read(name, whole_folder, tmp_path):
    if name.endswith(".parquet"):
        Dataset.from_list(ROWS).to_parquet(tmp_path / name)
    else:
        write(tmp_path / name, json_lines(ROWS))
    assert load(tmp_path if whole_folder else tmp_path / name).to_list() == ROWS


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        ("one\ntwo\n\nthree", ["one\ntwo", "three"]),
        ("one\r\n\r\n\r\n\r\ntwo\r\n\r\n", ["one", "two"]),
        ("one\n \t\ntwo\nthree\n", ["one", "two\nthree"]),
        ("one\ntwo\nthree\n", ["one", "two", "three"]),
        ("\ufeffone\n\n  two", ["one", "  two"]),
        ("um é um", ["um é um"]),
    ],
    ids=["paragraphs", "empty lines", "a blank line", "lines, where none is blank", "a byte order mark", "one line"],
)
@pytest.mark.parametrize("name", ["train.txt", "train.txt.gz"])
def test_plain_text_is_cut_into_rows(name, content, rows, tmp_path):
    assert load(write(tmp_path / name, content.encode())).to_list() == [{"text": text} for text in rows]


@pytest.mark.parametrize("name", ["train.txt", "train.jsonl", "train.json", "train.jsonl.gz"])
@pytest.mark.parametrize("content", ["", "\n \n\n"], ids=["nothing", "blanks"])
def test_a_file_without_text_is_named(content, name, tmp_path):
    with pytest.raises(CourseError, match=rf"{name} is empty"):
        load(write(tmp_path / name, content.encode()))


@pytest.mark.parametrize("name", ["train.txt", "train.txt.gz", "train.jsonl", "train.json", "train.jsonl.gz"])
@pytest.mark.parametrize("encoding", ["latin-1", "utf-16"])
def test_a_file_in_another_encoding_is_named(encoding, name, tmp_path):
    with pytest.raises(CourseError, match=rf"{name} is not UTF-8 text: .*; open it in an editor, and save it as UTF-8"):
        load(write(tmp_path / name, '{"text": "não"}\n'.encode(encoding)))


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


@pytest.mark.parametrize("suffix", ["jsonl", "jsonl.gz"])
@pytest.mark.parametrize(
    ("line", "what"),
    [
        ('{"text": "três", "number"', "not valid JSON"),
        ("this is not JSON", "not valid JSON"),
        ("[3]", "expected a JSON object"),
    ],
)
def test_a_broken_line_is_named_by_its_number(line, what, suffix, tmp_path):
    path = write(tmp_path / f"train.{suffix}", json_lines(ROWS) + line.encode() + b"\n" + json_lines(ROWS))
    with pytest.raises(CourseError, match=rf"train\.{suffix}, line 3: {what}"):
        load(path)


def test_a_broken_line_far_down_is_found(tmp_path):
    path = write(tmp_path / "train.jsonl", json_lines(5_000 * ROWS) + b"{broken\n")
    with pytest.raises(CourseError, match=r"train\.jsonl, line 10001: not valid JSON"):
        load(path)


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ('null\n{"text": "um"}\n', 1),
        ('{"text": "um"}\nnull\n', 2),
        ('[null, {"text": "um"}]', 1),
        ('[1e999, {"text": "um"}]', 1),
        ('[\n  null,\n  {"text": "um"}\n]', 2),
    ],
    ids=[
        "the first line",
        "a later line",
        "the first of a list",
        "a number too large",
        "the first of an indented list",
    ],
)
def test_a_row_that_is_nothing_is_named_and_does_not_end_the_process(content, line, tmp_path):
    with pytest.raises(CourseError, match=rf"train\.json, line {line}: expected a JSON object, got '.*(null|1e999)"):
        load(write(tmp_path / "train.json", content.encode()))


def test_a_field_that_is_null_is_no_row(tmp_path):
    rows = [{"text": "um", "pairs": [[None, 1]], "null": None}, {"text": "null", "pairs": None, "null": None}]
    assert load(write(tmp_path / "train.json", json_lines(rows))).to_list() == rows
    assert load(write(tmp_path / "rows.json", json.dumps(rows, indent=2).encode())).to_list() == rows


def test_a_truncated_gz_file_is_named(tmp_path):
    path = write(tmp_path / "train.jsonl.gz", json_lines(500 * ROWS))
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(CourseError, match=r"train\.jsonl\.gz is damaged"):
        load(path)


@pytest.mark.parametrize("name", ["train.parquet", "train.jsonl.gz"])
def test_a_file_that_is_not_what_its_name_says_is_named(name, tmp_path):
    (tmp_path / name).write_bytes(b"these bytes are plain text")
    with pytest.raises(CourseError, match=name):
        load(tmp_path)


@pytest.mark.parametrize("name", ["train.txt.gz", "train.jsonl.gz"])
def test_a_gz_file_with_one_wrong_byte_is_named(name, tmp_path):
    data = bytearray(write(tmp_path / name, json_lines(500 * ROWS)).read_bytes())
    data[40] ^= 0xFF
    (tmp_path / name).write_bytes(data)
    with pytest.raises(CourseError, match=rf"{name} is damaged"):
        load(tmp_path / name)


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
