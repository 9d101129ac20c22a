"""The preferences: the chosen answer meets every criterion, the rejected one misses the one that is named."""

import hashlib
from collections import Counter

import pytest

from course_lib.errors import CourseError
from course_lib.world.dialogues import make_dialogues, make_preferences, true_reward
from course_lib.world.dialogues.answers import CRITERIA
from course_lib.world.dialogues.preferences import SIZES
from course_lib.world.dialogues.requests import requests_of
from course_lib.world.splits import SPLITS

DIGEST = "68b47cc39be39146a6876d99d77808802d8a3e7140f9bbaa5b1d0704dd949114"


@pytest.fixture(scope="module")
def splits():
    """All preferences, by split."""
    return {split: make_preferences(split) for split in SPLITS}


def contents(messages):
    """The prompt and the response."""
    user, assistant = messages
    assert (user["role"], assistant["role"]) == ("user", "assistant")
    return user["content"], assistant["content"]


def test_the_splits_have_their_sizes_and_each_flaw_is_as_frequent_as_the_others(splits):
    assert {split: len(rows) for split, rows in splits.items()} == SIZES
    for rows in splits.values():
        assert all(0.2 < number / len(rows) < 0.3 for number in Counter(row.flaw for row in rows).values())


@pytest.mark.parametrize("split", SPLITS)
def test_chosen_meets_all_criteria_and_rejected_all_but_the_flaw(splits, split):
    for row in splits[split]:
        (prompt, chosen), (same_prompt, rejected) = contents(row.chosen), contents(row.rejected)
        assert prompt == same_prompt
        assert true_reward(prompt, chosen).reward == 1, row
        score = true_reward(prompt, rejected)
        assert score.reward == 0.75
        assert [criterion for criterion in CRITERIA if not getattr(score, criterion)] == [row.flaw], row


def test_no_two_preferences_are_alike(splits):
    rows = [(contents(row.chosen), contents(row.rejected)) for split in SPLITS for row in splits[split]]
    assert len(set(rows)) == len(rows)


def test_prompts_are_the_requests_of_the_same_split_of_the_dialogues(splits):
    for split in SPLITS:
        prompts = {contents(row.chosen)[0] for row in splits[split]}
        assert prompts <= {request.prompt for request in requests_of(split)}
        for other in SPLITS:
            asked = {row.instruction for row in make_dialogues(other)}
            assert bool(prompts & asked) == (other == split)


def test_held_out_prompts_are_labeled(splits):
    assert {row.held_out for row in splits["train"]} == {""}
    assert {row.held_out for row in splits["test"]} == {"question", "combination"}


def test_the_preferences_are_the_same_on_every_machine(splits):
    assert hashlib.sha256(repr(splits).encode()).hexdigest() == DIGEST


def test_another_split_is_refused():
    with pytest.raises(CourseError, match='unknown split "dev" of the little world: expected one of train'):
        make_preferences("dev")
