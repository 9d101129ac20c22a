"""Rows that a model has no room for are left out and counted, and the others stay in their order."""

import pytest
from datasets import Dataset

from course_lib.data import (
    conversation,
    fitting,
    fitting_captions,
    fitting_dialogues,
    fitting_preferences,
    fitting_translations,
)
from tests.chats import assistant, chat_template, chat_tokenizer, user

LONG = "How many cats are there? " * 7
SHORT = "Hello!"


def numbers_of(kept):
    return kept["number"][:]


def rows(*columns):
    return Dataset.from_list([{"number": i, **row} for i, row in enumerate(columns)])


@pytest.mark.parametrize(("most", "kept"), [(1, []), (3, [3, 2, 3]), (5, [3, 5, 2, 3])])
def test_so_many_tokens_fit_and_one_more_does_not(most, kept):
    assert fitting([3, 5, 2, 3, 7], [3, 5, 2, 3, 7], most) == (kept, 5 - len(kept))


def test_a_translation_fits_if_both_sides_do():
    pairs = [(SHORT, SHORT), (LONG, SHORT), (SHORT, LONG), (SHORT, "Hello! Hello!")]
    data = rows(*({"translation": {"pt": pt, "en": en}} for pt, en in pairs))
    room = len(chat_tokenizer().encode("Hello! Hello!"))
    kept, left_out = fitting_translations(data, chat_tokenizer(), room)
    assert (numbers_of(kept), left_out) == ([0, 3], 2)
    kept, left_out = fitting_translations(data, chat_tokenizer(), room - 1)
    assert (numbers_of(kept), left_out) == ([0], 3)


def test_a_picture_fits_if_all_its_captions_do():
    data = rows({"caption": [SHORT, LONG]}, {"caption": [SHORT]}, {"caption": [SHORT, SHORT]})
    kept, left_out = fitting_captions(data, chat_tokenizer(), len(chat_tokenizer().encode(SHORT)))
    assert (numbers_of(kept), left_out) == ([1, 2], 1)


def test_a_dialogue_fits_if_its_question_leaves_room_for_a_token():
    data = rows(*({"instruction": text, "context": "", "response": SHORT} for text in (LONG, SHORT)))
    length = len(chat_template().prompt(conversation(data[0])[:-1]))
    for room, expected in ((length, [1]), (length + 1, [0, 1])):
        kept, left_out = fitting_dialogues(data, chat_template(), room)
        assert (numbers_of(kept), left_out) == (expected, 2 - len(expected))


def test_a_dialogue_fits_if_what_was_said_before_fits_too():
    row = {"instruction": SHORT, "context": "", "response": SHORT}
    data = [row | {"history": [user(LONG), assistant(SHORT)]}, row | {"history": []}]
    room = len(chat_template().prompt([user(SHORT)])) + 1
    assert fitting_dialogues(data, chat_template(), room) == (data[1:], 1)


def test_a_preference_fits_if_both_sides_do_whole():
    sides = [(SHORT, LONG), (SHORT, "Hi!"), (LONG, SHORT)]
    data = rows(*({"chosen": [user("?"), assistant(a)], "rejected": [user("?"), assistant(b)]} for a, b in sides))
    length = len(chat_template().training(data[0]["rejected"]).ids)
    for room, expected in ((length - 1, [1]), (length, [0, 1, 2])):
        kept, left_out = fitting_preferences(data, chat_template(), room)
        assert (numbers_of(kept), left_out) == (expected, 3 - len(expected))
