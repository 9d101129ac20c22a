"""Sentence pairs: a text on both sides of every row, whatever the source; and pairs that fit the model."""

import json

import pytest
from datasets import Dataset, Features, Translation

from course_lib.data import fitting_translations, load_translations, train_translation_tokenizer, translation_pairs
from course_lib.errors import CourseError
from course_lib.world import Pair
from tests.toys import sentence_rows, toy_tokenizer

GOOD = {"translation": {"pt": "um livro", "en": "a book"}}


def write(path, *rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return str(path)


@pytest.mark.parametrize(
    "bad",
    [
        {"translation": {"pt": "", "en": "a book"}},
        {"translation": {"pt": "um livro", "en": " \n"}},
        {"translation": {"pt": "um livro", "en": None}},
        {"translation": {"pt": "um livro"}},
        {"translation": {"pt": "um livro", "en": 7}},
        {"translation": None},
        {"translation": "um livro"},
        {"other": 1},
    ],
    ids=json.dumps,
)
def test_a_row_that_lacks_a_side_is_named_by_its_number(bad, tmp_path):
    path = write(tmp_path / "train.jsonl", GOOD, GOOD, bad, GOOD)
    with pytest.raises(CourseError, match=r'row 3 of ".*train\.jsonl", split "train": translation must have'):
        load_translations(path)


def test_other_languages_are_refused(tmp_path):
    path = write(tmp_path / "train.jsonl", {"translation": {"de": "ein", "en": "one"}})
    with pytest.raises(CourseError, match="a nonempty text pt and a nonempty text en.*'de'"):
        load_translations(path)


def test_a_file_that_is_not_utf8_is_refused(tmp_path):
    path = tmp_path / "train.jsonl"
    path.write_bytes('{"translation": {"pt": "é", "en": "is"}}\n'.encode("latin-1"))
    with pytest.raises(CourseError, match="is not UTF-8 text"):
        load_translations(str(path))


def test_the_hubs_own_type_for_translations_is_read(tmp_path):
    features = Features({"translation": Translation(languages=["pt", "en"])})
    Dataset.from_list([GOOD], features=features).to_parquet(tmp_path / "train.parquet")
    assert load_translations(str(tmp_path)).to_list() == [GOOD]


def test_the_little_world_has_the_layout_of_the_hub_and_gold_alignments(monkeypatch):
    pair = Pair("o gato", "the cat", ((0, 0), (1, 1)), "statement", "sentence")
    monkeypatch.setattr("course_lib.world.make_pairs", lambda split: [pair])
    assert load_translations("world").to_list() == [
        {
            "translation": {"pt": "o gato", "en": "the cat"},
            "alignment": [[0, 0], [1, 1]],
            "pattern": "statement",
            "held_out": "sentence",
        }
    ]


def test_one_tokenizer_learns_both_sides():
    rows = Dataset.from_list([GOOD] * 9)
    tokenizer = train_translation_tokenizer(rows, 300)
    assert tokenizer.tokens(tokenizer.encode("livro book")) == ["▁livro", "▁book", "<eos>"]


@pytest.mark.parametrize("max_length", [4, 7])
def test_pairs_with_a_side_that_the_model_cannot_read_are_left_out_and_counted(max_length):
    rows, tokenizer = Dataset.from_list(sentence_rows(40)), toy_tokenizer()
    kept, left_out = fitting_translations(rows, tokenizer, max_length)
    encoded = [(tokenizer.encode(pair["pt"]), tokenizer.encode(pair["en"])) for pair in rows["translation"]]
    assert translation_pairs(kept, tokenizer) == [pair for pair in encoded if max(map(len, pair)) <= max_length]
    assert 0 < len(kept) < len(rows) == len(kept) + left_out
