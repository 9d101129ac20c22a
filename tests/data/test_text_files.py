"""Text files, plain or JSON: what can't be read is named, with its line or row."""

import json

import pytest

from course_lib.errors import CourseError
from tests.data.files import ROWS, json_lines, load, write


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


@pytest.mark.parametrize("suffix", ["jsonl", "jsonl.gz"])
@pytest.mark.parametrize(
    ("line", "what"),
    [
        ('{"text": "três", "number"', ": not valid JSON"),
        ("this is not JSON", ": not valid JSON"),
        ("[3]", " must be a JSON object"),
    ],
)
def test_a_broken_line_is_named_by_its_number(line, what, suffix, tmp_path):
    path = write(tmp_path / f"train.{suffix}", json_lines(ROWS) + line.encode() + b"\n" + json_lines(ROWS))
    with pytest.raises(CourseError, match=rf"train\.{suffix}, line 3{what}"):
        load(path)


def test_a_broken_line_far_down_is_found(tmp_path):
    path = write(tmp_path / "train.jsonl", json_lines(5_000 * ROWS) + b"{broken\n")
    with pytest.raises(CourseError, match=r"train\.jsonl, line 10001: not valid JSON"):
        load(path)


@pytest.mark.parametrize(
    ("content", "place", "row"),
    [
        ('null\n{"text": "um"}\n', "line 1", "null"),
        ('{"text": "um"}\n null\n', "line 2", "null"),
        ('[null, {"text": "um"}]', "row 1", "null"),
        ('[1e999, {"text": "um"}]', "row 1", "Infinity"),
        ('\n[\n  {"text": "um"},\n  null\n]', "row 2", "null"),
        ('[{"text": "um"}, "dois"]', "row 2", '"dois"'),
        ('[["um"], ["dois"]]', "row 1", r'\["um"\]'),
    ],
    ids=["first line", "later line", "first of a list", "number", "indented list", "text", "list of lists"],
)
def test_a_row_that_is_no_object_is_named(content, place, row, tmp_path):
    with pytest.raises(CourseError, match=rf"train\.json, {place} must be a JSON object, got {row}$"):
        load(write(tmp_path / "train.json", content.encode()))


def test_nulls_far_down_in_a_list_do_not_end_the_process(tmp_path):
    rows = [*(2_003 * ROWS), *(70_001 * [None])]  # as many as fill a block of Arrow's reader
    with pytest.raises(CourseError, match=r"train\.json, row 4007 must be a JSON object, got null$"):
        load(write(tmp_path / "train.json", json.dumps(rows).encode()))


def test_a_list_may_be_one_of_texts_and_of_nothing_else(tmp_path):
    assert load(write(tmp_path / "train.json", b'["um", "dois"]')).to_list() == [{"text": "um"}, {"text": "dois"}]
    with pytest.raises(CourseError, match=r"rows\.json, row 3 must be a text, got 7$"):
        load(write(tmp_path / "rows.json", b'["um", "dois", 7]'))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ('[\n{"text": "um"},\n{"text": ', r"line 3: not valid JSON \(Expecting value\): .*um.*text"),
        ('[{"text": "um"}]\n{"text": "dois"}', r"line 2: not valid JSON \(Extra data\)"),
        (f'[{{"number": 1{4301 * "0"}}}]', r"line 1: not usable JSON \(Exceeds the limit"),
        (100_003 * "[", r"line 1: not usable JSON \(maximum recursion"),
        (f'[{{"number": {2**70}}}]', r"can't be read: .*too"),
        ("\n [ ]\n", "is empty"),
    ],
    ids=["cut short", "text behind it", "digits", "depth", "number", "no rows"],
)
def test_a_list_that_can_not_be_read_is_named(content, reason, tmp_path):
    with pytest.raises(CourseError, match=rf"(?s)train\.json(, | ){reason}"):
        load(write(tmp_path / "train.json", content.encode()))


def test_a_field_that_is_null_is_no_row(tmp_path):
    rows = [{"text": "um", "pairs": [[None, 1]], "null": None}, {"text": "null", "pairs": None, "null": None}]
    assert load(write(tmp_path / "train.json", json_lines(rows))).to_list() == rows
    assert load(write(tmp_path / "rows.json", json.dumps(rows, indent=2).encode())).to_list() == rows


DATES = [
    {"translation": {"pt": "um de janeiro", "en": "1999-01-01"}, "seen": ["2026-11-30 07:20:00"], "number": 1},
    {"translation": {"pt": None, "en": "1999-01-02"}, "seen": ["2026-11-30T07:20:00.5Z"], "more": "1999-01-03"},
]


@pytest.mark.parametrize("name", ["train.jsonl", "train.jsonl.gz", "train.json"])
def test_a_text_that_looks_like_a_date_stays_a_text(name, tmp_path):
    content = json.dumps(DATES, indent=2).encode() if name == "train.json" else json_lines(DATES)
    rows = load(write(tmp_path / name, content)).to_list()
    assert rows == [{**DATES[0], "more": None}, {**DATES[1], "number": None}]


def test_a_list_of_dates_is_one_of_texts(tmp_path):
    assert load(write(tmp_path / "train.json", b'["1999-01-01"]')).to_list() == [{"text": "1999-01-01"}]


def test_a_truncated_gz_file_is_named(tmp_path):
    path = write(tmp_path / "train.jsonl.gz", json_lines(500 * ROWS))
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(CourseError, match=r"train\.jsonl\.gz is damaged"):
        load(path)


@pytest.mark.parametrize("name", ["train.txt.gz", "train.jsonl.gz"])
def test_a_gz_file_with_one_wrong_byte_is_named(name, tmp_path):
    data = bytearray(write(tmp_path / name, json_lines(500 * ROWS)).read_bytes())
    data[40] ^= 0xFF
    (tmp_path / name).write_bytes(data)
    with pytest.raises(CourseError, match=rf"{name} is damaged"):
        load(tmp_path / name)
