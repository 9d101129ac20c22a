"""The true reward: each criterion can be missed alone, and only answers are rewarded."""

from itertools import combinations

import pytest

from course_lib.errors import CourseError
from course_lib.world.dialogues import Score, true_reward
from course_lib.world.dialogues.answers import COURTESIES, CRITERIA, answer
from course_lib.world.dialogues.requests import FORMS, request_for, requests_by_prompt, requests_of
from course_lib.world.rng import Rng

REQUESTS = tuple(requests_by_prompt().values())
MIX = "What do you get from blue and yellow?"
DAYS = "Name the days from Monday to Wednesday."
GARBAGE = (
    "",
    "  ",
    ".",
    "Green green.",
    "Green. Green.",
    "Green, green.",
    "Green or blue.",
    "Green. Or blue.",
    "Of course:",
    "Of course: Of course: Green.",
    "Gladly: You are welcome.",
    "You are welcome.",
    "I hope this helps.",
    "Green. You are welcome. You are welcome.",
    "Green. The sun is yellow and the sky is blue.",
    "I think that it may be green.",
    "Not green.",
    "Grass is green.",
    "Elephant.",
    "green\ngreen",
    "Answer in one word.",
    "asdf qwer",
)


def judged(prompt, response):
    """Which criteria are met, by name."""
    score = true_reward(prompt, response)
    return {criterion for criterion in CRITERIA if getattr(score, criterion)}


@pytest.mark.parametrize("flaws", [f for size in range(5) for f in combinations(CRITERIA, size)], ids="-".join)
def test_every_set_of_criteria_can_be_missed_while_the_others_are_met(flaws):
    rng = Rng(3)
    for request in REQUESTS[::7]:
        response = answer(request, rng, rng.pick(COURTESIES), flaws)
        assert judged(request.prompt, response) == set(CRITERIA) - set(flaws), (request.prompt, response)


def test_the_reward_is_the_share_of_the_criteria():
    assert Score().reward == 0
    assert Score(correct=True, formatted=True).reward == 0.5
    assert true_reward(f"{MIX} {FORMS['word']}", "Gladly: Green.") == Score(True, True, True, True)
    assert true_reward(f"{MIX} {FORMS['word']}", "Gladly: Green.").reward == 1


@pytest.mark.parametrize("form", ["word", "capitals", "sentence"])
@pytest.mark.parametrize("garbage", GARBAGE)
def test_what_is_no_answer_gets_nothing(garbage, form):
    assert true_reward(f"{MIX} {FORMS[form]}", garbage) == Score()
    assert true_reward(f"{MIX} {FORMS[form]}", garbage.upper()) == Score()


def test_copying_the_prompt_gets_nothing():
    for request in REQUESTS:
        for copy in (request.prompt, request.question.text, f"Gladly: {request.prompt}", FORMS[request.form]):
            assert true_reward(request.prompt, copy) == Score()


def test_naming_every_option_is_not_correct():
    for request in REQUESTS[::11]:
        options = sorted(request.question.options)[:40]
        for response in (", ".join(options) + ".", " and ".join(options) + ".", " ".join(options) + "."):
            assert not judged(request.prompt, response) & {"correct", "complete"}


@pytest.mark.parametrize(
    ("response", "missed"),
    [
        ("Gladly: Blue and yellow give green.", set()),
        ("Blue and yellow give green. I hope this helps.", set()),
        ("gladly: blue and yellow give green.", set()),
        ("Gladly: Red and yellow give green.", {"correct"}),
        ("Gladly: Blue and yellow give pink.", {"correct"}),
        ("Gladly: Blue and yellow give green", {"complete"}),
        ("Blue and yellow give green.", {"polite"}),
        ("Gladly: Green.", {"formatted"}),
        ("Blue and yellow give green. You are welcome", {"complete"}),
    ],
)
def test_a_sentence_is_judged_word_for_word(response, missed):
    assert judged(f"{MIX} {FORMS['sentence']}", response) == set(CRITERIA) - missed


@pytest.mark.parametrize(
    ("response", "met"),
    [
        ("Monday, Tuesday, Wednesday.", {"correct", "complete", "formatted"}),
        ("Monday, Tuesday.", {"correct", "formatted"}),
        ("Monday and Tuesday and Wednesday.", {"correct", "complete"}),
        ("Monday, Wednesday, Tuesday.", {"complete", "formatted"}),
        ("Monday, Tuesday, Friday.", {"complete", "formatted"}),
        ("Monday, Tuesday, Wednesday, Thursday.", {"formatted"}),
        ("Monday, Tuesday, Wednesday", {"correct", "formatted"}),
        ("Monday, Monday, Monday.", set()),
    ],
)
def test_a_list_is_complete_with_all_its_parts_in_their_order(response, met):
    assert judged(f"{DAYS} {FORMS['list']}", response) == met


def test_a_request_is_found_by_its_text_alone():
    for request in REQUESTS:
        assert request_for(f" {request.prompt}\n") is request


def test_another_prompt_is_refused():
    with pytest.raises(CourseError, match='the prompt must be a request of the little world .*, got "Hello!"'):
        true_reward("Hello!", "Hello.")


def test_a_held_out_question_is_known_in_another_form_or_wording():
    keys = {(r.question.key, r.question.statement) for r in requests_of("train")}
    for request in (*requests_of("validation"), *requests_of("test")):
        known = (request.question.key, request.question.statement) in keys
        assert known == (request.group[1] == "question"), request.prompt
