"""What the card of a lesson says of it."""

from nbformat.v4 import new_markdown_cell, new_notebook

from course_lib.workshop.present import claim, time_needed

CARD = "# A lesson\n\n**Claim.** Two are more.\n\n**Slides:** none · **Time:** 45 to 60 minutes; exercises 20 minutes"


def lesson(card):
    return new_notebook(cells=[new_markdown_cell(card), new_markdown_cell("**Claim.** Not this. **Time:** nor this")])


def test_the_card_says_the_claim_and_the_time():
    assert claim(lesson(CARD)) == "Two are more."
    assert time_needed(lesson(CARD)) == "45 to 60 minutes; exercises 20 minutes"
    assert time_needed(lesson("**Time:** an hour · **Slides:** none")) == "an hour"


def test_a_card_that_says_neither_is_no_error():
    assert claim(lesson("# A lesson")) == time_needed(lesson("# A lesson")) == ""
