"""Where a column is missing, every loader says which, and which there are."""

import json

import pytest
from PIL import Image

from course_lib.data import (
    load_captions,
    load_dialogues,
    load_images,
    load_picture_dialogues,
    load_preferences,
    load_stories,
    load_translations,
)
from course_lib.errors import CourseError

MISSING = [
    (load_translations, {"pt": "um", "en": "one"}, "a column translation, got only pt, en"),
    (load_stories, {"tale": "a dog slept."}, "a column text, got only tale"),
    (
        load_dialogues,
        {"instruction": "Hello!", "response": "Hello."},
        "a column context and a column category, got only instruction, response",
    ),
    (load_preferences, {"chosen": [{"role": "user", "content": "a"}]}, "a column rejected, got only chosen"),
    (load_picture_dialogues, {"images": ["a.png"]}, "a column texts, got only images"),
    (load_images, {"image": "a.png", "text": "a"}, "a column label, got only text, image"),
    (load_captions, {"image": "a.png", "text": "a"}, "a column caption, got only text, image"),
]


@pytest.mark.parametrize(("load", "row", "told"), MISSING, ids=lambda thing: getattr(thing, "__name__", ""))
def test_a_missing_column_is_answered_with_those_there_are(load, row, told, tmp_path):
    Image.new("L", (3, 5)).save(tmp_path / "a.png")
    (tmp_path / "rows.jsonl").write_text(json.dumps(row) + "\n")
    with pytest.raises(CourseError, match=f"must have {told}"):
        load(str(tmp_path / "rows.jsonl"))
