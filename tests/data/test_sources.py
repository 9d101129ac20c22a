"""Sources: a name, a path or a hub id; and what can't be read is named, with the line."""

import gzip
import json
import os

import pytest
from datasets import Dataset

from course_lib.data import load_source, sources
from course_lib.errors import CourseError

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
        ("one\n \ntwo\nthree\n", ["one", "two", "three"]),
        ("um é um", ["um é um"]),
    ],
    ids=["paragraphs", "several empty lines", "lines, where no line is empty", "a single line"],
)
@pytest.mark.parametrize("name", ["train.txt", "train.txt.gz"])
def test_plain_text_is_cut_into_rows(name, content, rows, tmp_path):
    assert load(write(tmp_path / name, content.encode())).to_list() == [{"text": text} for text in rows]


@pytest.mark.parametrize(
    ("content", "what"), [("", "is empty"), ("\n \n\n", "can't be read: it holds no text")], ids=["nothing", "blanks"]
)
def test_a_text_file_without_text_is_named(content, what, tmp_path):
    with pytest.raises(CourseError, match=rf"train\.txt {what}"):
        load(write(tmp_path / "train.txt", content.encode()))


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


@pytest.mark.parametrize("source", ["wordl", "./nothing/here.jsonl", "a/b/c", "~/missing"])
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


def test_an_empty_file_is_named(tmp_path):
    with pytest.raises(CourseError, match=r"train\.jsonl is empty"):
        load(write(tmp_path / "train.jsonl", b""))


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


def test_missing_columns_are_answered_with_those_there_are():
    rows = Dataset.from_list(ROWS)
    assert sources.require_columns(rows, "text", "number") is rows
    with pytest.raises(CourseError, match="missing column label, image; found text, number"):
        sources.require_columns(rows, "text", "label", "image")
