"""The dialogues: one right answer to each question, splits that share nothing, and truths that can be checked."""

import hashlib
import re

import pytest

from course_lib.errors import CourseError
from course_lib.world import LEXICON
from course_lib.world.dialogues import make_dialogues
from course_lib.world.dialogues.comparisons import SCALES, held_out_pair, pairs
from course_lib.world.dialogues.dialogue import SOURCES
from course_lib.world.dialogues.facts import FACTS
from course_lib.world.dialogues.laws import LAWS
from course_lib.world.language.entries import agreeing
from course_lib.world.language.writing import NUMBERS, PEOPLE
from course_lib.world.splits import SPLITS, is_held_out, normalize

DIGEST = "07c093d3d86ffce9a40f6d24a3c7534dbceadc6f4adda86833b121c4ecac36c3"
EXACT = set(SOURCES) - {"request"}


@pytest.fixture(scope="module")
def splits():
    """All dialogues, by split."""
    return {split: make_dialogues(split) for split in SPLITS}


@pytest.fixture(scope="module")
def dialogues(splits):
    """All dialogues."""
    return [dialogue for split in SPLITS for dialogue in splits[split]]


def of(dialogues, *categories):
    """The dialogues of some categories."""
    return [dialogue for dialogue in dialogues if dialogue.category in categories]


def prompt(dialogue):
    """All that the response depends on."""
    return *(message["content"] for message in dialogue.history), dialogue.context, dialogue.instruction


def text(dialogue):
    """All that is said, as one text."""
    return "\n".join((*prompt(dialogue), dialogue.response))


def statement(dialogue):
    """The response, whether or not it began by saying yes or no."""
    return re.sub("^(yes|no), ", "", dialogue.response.lower())


def test_every_split_has_every_category_and_training_nothing_that_is_held_out(splits):
    for split in SPLITS:
        assert {dialogue.category for dialogue in splits[split]} == set(SOURCES)
    for split in ("validation", "test"):
        assert {dialogue.held_out for dialogue in splits[split]} == {"question", "combination"}
    assert {dialogue.held_out for dialogue in splits["train"]} == {""}


def test_no_prompt_is_in_two_splits_whatever_the_case_and_punctuation(splits):
    train, validation, test = (
        {tuple(map(normalize, prompt(dialogue))) for dialogue in splits[split]} for split in SPLITS
    )
    assert not train & validation
    assert not train & test
    assert not validation & test


def test_every_prompt_has_one_response_unless_it_is_a_request(dialogues):
    responses = {}
    for dialogue in of(dialogues, *EXACT):
        assert responses.setdefault(prompt(dialogue), dialogue.response) == dialogue.response, dialogue
    assert len(responses) == len(of(dialogues, *EXACT))


def test_adjectives_do_not_meet_the_nouns_that_are_held_out_from_them_in_training(splits):
    english, portuguese = set(), set()
    for adjective in LEXICON.adjectives:
        for noun in adjective.nouns:
            if is_held_out(adjective.word, noun.word):
                english.add((adjective.english, noun.english))
                portuguese.add((noun.word, agreeing(adjective.forms, noun.gender, False)))
    met = set()
    for dialogue in splits["train"]:
        words = re.findall(r"\w+", text(dialogue).lower())
        met |= set(zip(words, words[1:], strict=False))
    assert english
    assert sorted(met & (english | portuguese)) == []


def test_things_that_are_not_compared_in_training_are_compared_in_the_tests(splits):
    apart = [
        (more, low, high)
        for more, _, scale in SCALES
        for low, high in pairs(scale)
        if held_out_pair(low, high, scale) and is_held_out(low, high)
    ]
    assert apart
    for more, low, high in apart:
        pattern = re.compile(rf"\b{high} is {more} than (the|an?) {low}\b")
        assert not any(pattern.search(text(dialogue)) for dialogue in splits["train"])
        assert any(pattern.search(text(dialogue)) for dialogue in splits["validation"] + splits["test"])


@pytest.mark.parametrize("category", ["facts", "colours", "comparisons", "laws", "refusals", "greetings"])
def test_a_held_out_question_has_an_answer_that_training_knows_from_other_wordings(splits, category):
    known = {statement(dialogue) for dialogue in of(splits["train"], category)}
    for dialogue in of(splits["validation"] + splits["test"], category):
        assert statement(dialogue) in known or dialogue.held_out == "combination", dialogue


def test_everything_begins_with_a_capital_and_ends_in_a_mark(dialogues):
    for dialogue in dialogues:
        assert dialogue.instruction[0].isupper()
        if dialogue.category not in ("translation", "request", "follow-up"):
            assert re.fullmatch(r"[A-Z].*[.!?]", dialogue.response), dialogue
            assert not re.search(r"\b[aA] [aeiou]|\b[aA]n [^aeiou]", text(dialogue)), dialogue
        assert not re.search(r"  |\bi\b", text(dialogue)), dialogue


def test_names_have_capitals(dialogues):
    names = re.compile(rf"\b({'|'.join(PEOPLE)})\b", re.IGNORECASE)
    for dialogue in of(dialogues, "context", "greetings", "refusals", "follow-up"):
        assert set(names.findall(text(dialogue))) <= set(PEOPLE)


def test_the_recitation_of_the_first_law_is_in_training_with_and_without_a_full_stop(splits):
    known = {dialogue.instruction: dialogue.response for dialogue in of(splits["train"], "laws")}
    law = known["Please recite the first law of robotics"]
    assert law == known["Please recite the first law of robotics."] == LAWS["first"]
    assert law.startswith("A robot may not injure a human being or, through inaction, ")
    assert "Asimov" in known["Who wrote the laws of robotics?"]


def test_a_law_is_answered_by_its_words(dialogues):
    for dialogue in of(dialogues, "laws", "follow-up"):
        for number in re.findall(r"first|second|third", dialogue.instruction)[:1]:
            assert dialogue.response == LAWS[number], dialogue


def test_only_follow_ups_have_a_history_in_which_user_and_assistant_take_turns(dialogues):
    for dialogue in dialogues:
        roles = [message["role"] for message in dialogue.history]
        assert roles == ["user", "assistant"] * (len(roles) // 2)
        assert (len(roles) in (2, 4)) == (dialogue.category == "follow-up")


def test_most_follow_ups_cannot_be_answered_without_the_history(splits):
    answers = {}
    for dialogue in of(splits["train"], "follow-up"):
        answers.setdefault(dialogue.instruction, set()).add(dialogue.response)
    ambiguous = [d for d in of(splits["train"], "follow-up") if len(answers[d.instruction]) > 1]
    assert len(ambiguous) > 0.6 * len(of(splits["train"], "follow-up"))


def test_a_comparison_is_true(dialogues):
    for dialogue in of(dialogues, "comparisons"):
        big, word, small = re.search(r"an? (\w+) is (\w+) than an? (\w+)\.$", dialogue.response.lower()).groups()
        scale, upwards = next((scale, word == more) for more, less, scale in SCALES if word in (more, less))
        assert (scale.index(big) > scale.index(small)) == upwards, dialogue
        asked = re.search(rf"{big} (?:is )?(\w+) than an? {small}\?$", dialogue.instruction)
        if asked:
            assert dialogue.response.startswith("Yes" if asked[1] == word else "No"), dialogue
        else:
            assert word in dialogue.instruction


def test_counts_are_true(dialogues):
    kinds = {x: y for relation, x, y in FACTS if relation == "kind"}
    for dialogue in of(dialogues, "counting"):
        if "there" in dialogue.instruction.lower() or "do you count" in dialogue.instruction:
            what = re.search(r"[Hh]ow many (\w+)", dialogue.instruction)[1]
            singular = {"animals": "an animal", "vehicles": "a vehicle", "fruits": "a fruit", "buildings": "a building"}
            listed = re.search(r"(?:: |Here are )(.*?)[?.]", dialogue.instruction)[1]
            things = re.split(", | and ", listed)
            amount = sum(kinds.get(thing, "") == singular.get(what) or f" {what} " in thing for thing in things)
            said = re.match(r"There (?:is|are) (\w+)", dialogue.response)[1]
            assert said == ("no", *NUMBERS)[amount], dialogue


def test_sums_and_rows_of_numbers_are_true(dialogues):
    for dialogue in of(dialogues, "counting"):
        numbers = [NUMBERS.index(word) + 1 for word in re.findall(r"\w+", dialogue.response.lower()) if word in NUMBERS]
        asked = [NUMBERS.index(word) + 1 for word in re.findall(r"\w+", dialogue.instruction) if word in NUMBERS]
        if " from " in dialogue.instruction:
            step = 1 if asked[0] < asked[1] else -1
            assert numbers == list(range(asked[0], asked[1] + step, step)), dialogue
        elif len(asked) == 2:
            assert numbers == [*asked, sum(asked)], dialogue


def test_a_closed_question_is_answered_with_words_of_the_text_and_the_question(dialogues):
    for dialogue in of(dialogues, "context"):
        given = set(re.findall(r"\w+", f"{dialogue.context} {dialogue.instruction}".lower()))
        assert set(re.findall(r"\w+", dialogue.response.lower())) <= given | {"is", "the", "has"}
        assert "\n" not in dialogue.context
        assert 2 <= dialogue.context.count(".") <= 3


def test_all_words_of_the_test_occur_in_training(splits):
    words = {
        split: {word for dialogue in splits[split] for word in re.findall(r"[\w']+", text(dialogue).lower())}
        for split in SPLITS
    }
    assert words["test"] <= words["train"]


def test_the_dialogues_are_the_same_on_every_machine(dialogues):
    assert hashlib.sha256("\n".join(map(repr, dialogues)).encode()).hexdigest() == DIGEST


def test_another_split_is_refused():
    with pytest.raises(CourseError, match='unknown split "dev" of the little world: expected one of train'):
        make_dialogues("dev")
