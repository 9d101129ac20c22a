"""Kinds of sentences."""

import pytest

from course_lib.data.sentence_kinds import SENTENCE_KINDS, sentence_kind


@pytest.mark.parametrize(
    ("english", "kind"),
    [
        ("is the cat black?", "yes/no question"),
        ("the cat is black.", "statement"),
        ("where is the cat?", "wh-question"),
        ("who sleeps.", "statement"),
    ],
)
def test_the_mark_makes_a_question_and_the_first_word_a_wh_question(english, kind):
    assert sentence_kind(english) == kind and kind in SENTENCE_KINDS
