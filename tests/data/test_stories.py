"""Stories: a text in every row, whatever the source; labels for those of the little world."""

import json

import pytest
from datasets import Dataset

from course_lib.data import load_stories
from course_lib.errors import CourseError


def write(path, *rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return str(path)


@pytest.mark.slow  # it draws all stories anew
def test_stories_of_the_little_world_have_a_tag_for_each_word():
    row = load_stories("world", "validation")[0]
    assert len(row["words"]) == len(row["tags"]) > 40
    assert row["ending"] in ("happy", "sad")
    assert "".join(row["words"]) == row["text"].lower().replace(" ", "")


def test_stories_are_read_from_a_file(tmp_path):
    rows = load_stories(write(tmp_path / "tales.jsonl", {"text": "a dog slept."}, {"text": "a cat ran."}))
    assert rows["text"][:] == ["a dog slept.", "a cat ran."]


def test_the_same_stories_in_every_format_are_the_same_rows(tmp_path):
    stories = ["a dog slept.\nnobody woke it.", "a cat ran."]
    write(tmp_path / "tales.jsonl", *({"text": text} for text in stories))
    Dataset.from_dict({"text": stories}).to_parquet(tmp_path / "tales.parquet")
    (tmp_path / "tales.txt").write_text("\n\n".join(stories))
    for path in sorted(tmp_path.glob("tales.*")):
        assert load_stories(str(path)).to_list() == [{"text": text} for text in stories]


@pytest.mark.parametrize("text", ["5", "null", '["a"]', '{"a": 1}', "true", '" "'])
def test_a_row_without_a_text_is_named(text, tmp_path):
    (path := tmp_path / "tales.jsonl").write_text(f'{{"text": {text}}}\n')
    with pytest.raises(CourseError, match="row 1 of .* must have a text, got "):
        load_stories(str(path))
