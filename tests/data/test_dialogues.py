"""Dialogues: every row makes a conversation, whatever the source; the little world adds a history."""

import json

import pytest

from course_lib.data import conversation, easy_dialogues, load_dialogues
from course_lib.data.dialogues import EASY
from course_lib.errors import CourseError
from course_lib.world.dialogues import Dialogue

GOOD = {"instruction": "Hello!", "context": "", "response": "Hello.", "category": "greetings"}
SAID = {"role": "user", "content": "My name is Ana."}
REPLY = {"role": "assistant", "content": "Nice to meet you, Ana."}


def write(path, *rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return str(path)


def test_dialogues_of_the_little_world_make_conversations(monkeypatch):
    first = Dialogue("Hello!", "", "Hello.", "greetings", (), "")
    second = Dialogue("What is my name?", "", "Your name is Ana.", "follow-up", (SAID, REPLY), "question")
    monkeypatch.setattr("course_lib.world.dialogues.make_dialogues", lambda split: [first, second])
    rows = load_dialogues("world", "test")
    assert rows["history"][:] == [[], [SAID, REPLY]]
    assert rows["held_out"][:] == ["", "question"]
    assert [message["content"] for message in conversation(rows[1])] == [
        "My name is Ana.",
        "Nice to meet you, Ana.",
        "What is my name?",
        "Your name is Ana.",
    ]


def test_dialogues_are_read_from_a_file_in_the_columns_of_dolly(tmp_path):
    path = write(tmp_path / "talk.jsonl", GOOD, GOOD | {"context": None})
    assert load_dialogues(path).to_list() == [GOOD, GOOD | {"context": None}]


@pytest.mark.parametrize(
    ("bad", "complaint"),
    [
        ({"instruction": " "}, "instruction must be a nonempty text, got ' '"),
        ({"instruction": None}, "instruction must be a nonempty text, got None"),
        ({"response": ""}, "response must be a nonempty text, got ''"),
        ({"response": None}, "response must be a nonempty text, got None"),
        ({"history": [SAID]}, "message 2 must be from the assistant, got one from the user"),
        ({"history": [SAID, REPLY | {"role": "robot"}]}, "message 2 must have one of the roles .*got 'robot'"),
        ({"history": [SAID, {"role": "assistant"}]}, "message 2, from the assistant, must not be empty"),
    ],
    ids=str,
)
def test_a_row_that_makes_no_conversation_is_named_by_its_number(bad, complaint, tmp_path):
    path = write(tmp_path / "talk.jsonl", GOOD | {"history": [SAID, REPLY]}, GOOD | bad)
    with pytest.raises(CourseError, match=rf'row 2 of ".*talk\.jsonl", split "train": {complaint}'):
        load_dialogues(path)


@pytest.mark.parametrize("history", ["5", "true", '["a"]', '{"a": 1}', '"a"'])
def test_a_history_of_another_kind_is_named(history, tmp_path):
    row = f'{{"instruction": "a", "context": "", "response": "b", "category": "c", "history": {history}}}'
    (path := tmp_path / "talk.jsonl").write_text(row)
    with pytest.raises(CourseError, match="row 1 of .*(history must be a list|must be a dict with role and content)"):
        load_dialogues(str(path))


def test_easy_dialogues_are_those_of_the_easy_categories_or_all_where_there_are_none():
    rows = load_dialogues("world", "validation")
    easy = easy_dialogues(rows)
    assert set(easy["category"]) == set(EASY) and len(easy) == sum(rows["category"][:].count(name) for name in EASY)
    others = rows.filter(lambda row: row["category"] not in EASY)
    assert easy_dialogues(others)["instruction"] == others["instruction"]
