"""Preferences: two different answers to the same prompt in every row, whatever the source."""

import json

import pytest

from course_lib.data import distinct_prompts, load_preferences
from course_lib.errors import CourseError
from course_lib.world.dialogues import make_preferences
from tests.chats import chat_template


def talk(answer, question="What colour is snow?"):
    return [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]


GOOD = {"chosen": talk("White."), "rejected": talk("Black.")}


def write(path, *rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return str(path)


def test_preferences_of_the_little_world_name_the_flaw(monkeypatch):
    few = make_preferences("test")[:13]
    monkeypatch.setattr("course_lib.world.dialogues.make_preferences", lambda split: few)
    rows = load_preferences("world", "test")
    assert rows["flaw"][:] == [row.flaw for row in few]
    assert rows["chosen"][:] == [list(row.chosen) for row in few]


def test_preferences_are_read_from_a_file_in_the_columns_of_the_hub(tmp_path):
    rows = load_preferences(write(tmp_path / "pairs.jsonl", GOOD, GOOD))
    assert rows.to_list() == [GOOD, GOOD]


@pytest.mark.parametrize(
    ("bad", "complaint"),
    [
        ({"rejected": talk("White.")}, "chosen and rejected must differ, got 'White.' twice"),
        (
            {"rejected": talk("Black.", "What colour is coal?")},
            "chosen and rejected must differ only in the last message",
        ),
        ({"chosen": []}, "chosen: the last of 0 messages must be from the assistant"),
        ({"chosen": talk("White.")[:1]}, "chosen: the last of 1 messages must be from the assistant"),
        ({"chosen": talk("")}, "chosen: message 2, from the assistant, must not be empty"),
        ({"chosen": [{"content": "White."}]}, "chosen: message 1 must have one of the roles .*got None"),
        (
            {"rejected": [{"role": "robot", "content": "Black."}]},
            "rejected: message 1 must have one of the roles .*got 'robot'",
        ),
        ({"rejected": None}, "rejected must be a list of messages with role and content, got None"),
    ],
    ids=str,
)
def test_a_row_without_two_answers_is_named_by_its_number(bad, complaint, tmp_path):
    path = write(tmp_path / "pairs.jsonl", GOOD, GOOD | bad)
    with pytest.raises(CourseError, match=rf'row 2 of ".*pairs\.jsonl", split "train": {complaint}'):
        load_preferences(path)


def test_texts_in_the_place_of_messages_are_refused(tmp_path):
    path = write(tmp_path / "pairs.jsonl", {"chosen": "White.", "rejected": "Black."})
    with pytest.raises(CourseError, match="chosen must be a list of messages with role and content, got 'White.'"):
        load_preferences(path)


def test_each_prompt_comes_once_as_the_template_writes_it():
    template, again = chat_template(), {"chosen": talk("Black."), "rejected": talk("White.")}
    other = {"chosen": talk("It is.", "Hello!"), "rejected": talk("No.", "Hello!")}
    expected = [template.prompt(row["chosen"][:1]) for row in (GOOD, other)]
    assert distinct_prompts([GOOD, again, other, GOOD], template) == expected
