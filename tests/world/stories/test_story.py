"""The stories: what holds for each, that the labels are true, and that words alone do not tell the ending."""

import hashlib
import re
from collections import Counter

import pytest

from course_lib.errors import CourseError
from course_lib.world import LEXICON
from course_lib.world.language.writing import NAMES
from course_lib.world.splits import SPLITS, is_held_out, normalize
from course_lib.world.stories import TAGS, make_stories
from course_lib.world.stories.story import PLOTS

pytestmark = pytest.mark.slow  # all stories are told once more
DIGEST = "6d298f4fae48a515fc4e1cf82589ed6b970316f64fdd247d4b573092368352f5"
PEOPLE = {
    "he": {*NAMES["m"], "boy", "man", "brother", "father", "grandfather", "teacher", "doctor", "friend"},
    "she": {*NAMES["f"], "girl", "woman", "sister", "mother", "grandmother", "teacher", "doctor", "friend"},
}
ANYBODY = PEOPLE["he"] | PEOPLE["she"]
PRONOUNS = {"he": "he", "him": "he", "his": "he", "she": "she", "her": "she"}
PRICES = {"cheap", "expensive"}
KIN = {"brother", "father", "grandfather", "sister", "mother", "grandmother", "friend"}
ARTICLE, NOT_SAID = r"(it|the|an?|some)", r"\w+"
WISH = re.compile(
    rf"(@\w+)(?: [^@.]*)? (?:wanted|lost)(?: to \w+)? {ARTICLE}(?: (\w+))??(?: (\w+))?"
    r"(?= [.,]| (?:and|in|on|at|back)\b)"
)
GOT = re.compile(
    r"T to (@\w+)"
    r"|(?=(@\w+) (?:was given|took|kept|bought|ate|found|had money for) (?:[^.,@]* and )?T\b)"
    r"|(?=(@\w+) gave [^.]* and (?:kept|ate) T\b)"
    r"|T (?:followed|went away with|went to live with) (@\w+)"
    r"|from @\w+ to (@\w+)"
)


@pytest.fixture(scope="module")
def splits():
    """All stories, by split."""
    return {split: make_stories(split) for split in SPLITS}


@pytest.fixture(scope="module")
def stories(splits):
    """All stories."""
    return [story for split in SPLITS for story in splits[split]]


def read_words(story):
    """The words of a story, with the person's own word for each pronoun.

    A pronoun must leave no choice who is meant: "her brother" is that of the sentence's subject, if she can be meant.
    """
    known, subject, read = {}, None, []
    for word, following in zip(story.words, [*story.words[1:], ""], strict=True):
        bare = word.removesuffix("'s")
        if word in PRONOUNS:
            meant = [one for one in known if one in PEOPLE[PRONOUNS[word]]]
            (bare,) = [subject] if following in KIN and subject in meant else meant
        if bare in ANYBODY:
            known[bare] = None
            subject = subject or bare
        elif word == ".":
            subject = None
        read.append(bare)
    return read


def read_people(text):
    """The lower-case text with one @word for each mention of a person; a pronoun must leave no choice."""
    words, known, read = re.findall(r"[\w']+|[.,]", text.lower()), {}, []
    for word, following in zip(words, [*words[1:], ""], strict=True):
        person = word.removesuffix("'s")
        if word in PRONOUNS and following not in KIN:
            (person,) = (one for one in known if one in PEOPLE[PRONOUNS[word]])
        elif person in ANYBODY:
            known[person] = None
            if read[-1:] in (["the"], ["a"]):
                read.pop()
        elif word not in PRONOUNS:
            read.append(word)
            continue
        if following not in KIN:
            read.append(f"@{person}")
    return " ".join(read)


def read_ending(text):
    """The ending, by reading: who first wants or loses what, and who has that in the end."""
    text = read_people(text)
    hero, article, adjective, noun = WISH.search(text).groups()
    if article == "it":
        adjective, noun = re.search(r"had an? (\w+) (\w+)", text).groups()
    text = re.sub(rf"\b(?:the|an?|some) (?:{adjective or NOT_SAID} )?{noun}\b|\bit\b", "T", text)
    for price in re.findall(r"T was (cheap|expensive)", text):
        text = text.replace(f"the {price} {noun}", "T")
    for place in re.findall(r"T ((?:in|on) the \w+)", text):
        text = text.replace(f"what was {place}", "T")
    text = re.sub(r"did not give T to @\w+ , but", "gave T", text)
    text = re.sub(r"did not want to give T to @\w+", "", text)
    keepers = [person for groups in GOT.findall(text) for person in groups if person]
    return "happy" if keepers[-1:] == [hero] else "sad"


def test_training_holds_nothing_that_is_held_out_and_the_test_both_kinds(splits):
    assert {story.held_out for story in splits["train"]} == {""}
    assert {story.held_out for story in splits["test"]} == {"story", "combination"}


def test_no_two_stories_are_alike_whatever_the_case_and_punctuation(stories):
    assert len({normalize(story.text) for story in stories}) == len(stories)


def test_things_with_held_out_adjectives_are_not_in_training_and_are_in_each_combination_story(splits):
    withheld = {
        (adjective.english, noun.english)
        for adjective in LEXICON.adjectives
        for noun in adjective.nouns
        if adjective.english not in PRICES and is_held_out(adjective.word, noun.word)
    }
    for split in SPLITS:
        for story in splits[split]:
            met = withheld & set(zip(story.words, story.words[1:], strict=False))
            assert bool(met) == (story.held_out == "combination"), story.text


def test_words_are_those_of_the_text_and_each_has_a_tag(stories):
    for story in stories:
        assert list(story.words) == re.findall(r"[\w']+|[.,]", story.text.lower())
        assert len(story.tags) == len(story.words)
        assert set(story.tags) <= set(TAGS)


def test_sentences_and_names_and_nothing_else_have_a_capital_and_all_ends_in_its_mark(stories):
    names = {name.capitalize() for names in NAMES.values() for name in names}
    capitals = {"Sunday", "I"} | names | {f"{name}'s" for name in names}
    for story in stories:
        for text, mark in ((story.text, "."), (story.question, "?"), (story.answer, "."), (story.summary, ".")):
            assert re.fullmatch(r"[A-Za-z']+([,.]? [A-Za-z']+)*[.?]", text), text
            for first, *others in map(str.split, re.split("[.?] ?", text.replace(",", ""))[:-1]):
                assert first[0].isupper()
                assert {word for word in others if not word.islower()} == capitals & set(others), text
            assert text.endswith(mark)
            assert not re.search(r"\b[aA] [aeiou]|\b[aA]n [^aeiou]", text), text


def test_a_reader_finds_the_ending(stories):
    for story in stories:
        assert read_ending(story.text) == story.ending, story


def test_the_keeper_is_tagged_at_each_mention_and_named_in_the_answer(stories):
    for story in stories:
        named = {word for word, tag in zip(read_words(story), story.tags, strict=True) if tag == "KEEPER"}
        assert len(named) == 1, story
        if re.match("Who (had|ate)", story.question):
            assert named <= set(re.findall(r"\w+", story.answer.lower())), story


def test_the_wish_came_true_when_the_hero_is_the_keeper(stories):
    for story in stories:
        hero = re.match(r"(?:an? )?(\w+)", story.summary.lower())[1]
        tags = {tag for word, tag in zip(read_words(story), story.tags, strict=True) if word == hero}
        assert tags == {"KEEPER" if story.ending == "happy" else "PERSON"}, story


def test_a_thing_keeps_its_adjective(stories):
    adjectives = {adjective.english for adjective in LEXICON.adjectives} - PRICES
    for story in stories:
        described = set(zip(story.words, story.words[1:], story.tags[1:], strict=False))
        things = {
            (first, second) for first, second, tag in described if first in adjectives and tag in ("THING", "ANIMAL")
        }
        nouns = Counter(noun for _, noun in things)
        assert len(things) <= 2, story
        assert story.topic == "shop" or max(nouns.values()) == 1, story


def test_the_endings_are_balanced_in_every_topic_and_for_every_word(splits):
    happy, total = Counter(), Counter()
    for story in splits["train"]:
        for key in {story.topic.upper(), *story.words}:
            total[key] += 1
            happy[key] += story.ending == "happy"
    assert {topic.upper() for topic in PLOTS} <= set(total)
    for key in total:
        assert abs(happy[key] / total[key] - 0.5) < 2 / total[key] ** 0.5 + 0.02, key


def test_every_word_of_the_test_split_occurs_in_training(splits):
    known = {word for story in splits["train"] for word in story.words}
    assert {word for story in splits["test"] for word in story.words} <= known


def test_the_stories_are_the_same_on_every_machine(stories):
    assert hashlib.sha256("\n".join(map(repr, stories)).encode()).hexdigest() == DIGEST


def test_another_split_is_refused():
    with pytest.raises(CourseError, match='unknown split "dev" of the little world: expected one of train'):
        make_stories("dev")
