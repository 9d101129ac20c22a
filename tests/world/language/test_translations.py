"""The data set: splits, what is held out, and that it is the same on every machine."""

import hashlib
from collections import Counter

import pytest

from course_lib.data import load_translations
from course_lib.errors import CourseError
from course_lib.world import LEXICON, Pair, Rng, make_pairs, split_words
from course_lib.world.language.sentences import say
from course_lib.world.splits import SPLITS, is_held_out, normalize

DIGEST = "a3148ededc585944f373bbdb1dbcee9f1c35be3fe4a8bbcf22a8437674c826c1"


@pytest.fixture(scope="module")
def splits():
    """All pairs, by split. Where a lesson has made them for the code as it is now, they are read."""
    return {split: pairs_of(load_translations("world", split)[:]) for split in SPLITS}


def pairs_of(columns):
    """The pairs that became rows."""
    alignments = [tuple(map(tuple, alignment)) for alignment in columns["alignment"]]
    texts, rest = columns["translation"], (columns[name] for name in ("pattern", "held_out"))
    return [Pair(text["pt"], text["en"], *others) for text, *others in zip(texts, alignments, *rest, strict=True)]


def forms_of(entry):
    """All Portuguese forms of a noun, an adjective or a verb."""
    names = ("word", "plural", "forms", "present", "past", "gerund", "imperative")
    values = (getattr(entry, name, ()) for name in names)
    return {form for value in values for form in ((value,) if isinstance(value, str) else value)}


def combinations_of(pairs):
    """The combinations in pairs: the sentences are made once more, as only they know them."""
    wanted, found, rng = {pair.pt for pair in pairs}, {}, Rng(seed=0)
    while len(found) < len(wanted):
        sentence = say(rng)
        if sentence.pt in wanted:
            found[sentence.pt] = sentence.combinations
    return found


def test_training_holds_nothing_that_is_held_out_and_the_test_both_kinds(splits):
    assert {pair.held_out for pair in splits["train"]} == {""}
    assert {pair.held_out for pair in splits["test"]} == {"sentence", "combination"}


def test_no_two_pairs_share_a_side_whatever_the_case_and_punctuation(splits):
    pairs = [pair for split in SPLITS for pair in splits[split]]
    assert len({normalize(pair.pt) for pair in pairs}) == len(pairs)
    assert len({normalize(pair.en) for pair in pairs}) == len(pairs)


def test_the_slides_sentence_is_nowhere(splits):
    for pair in (pair for split in SPLITS for pair in splits[split]):
        assert normalize(pair.pt) != normalize("este é o primeiro livro que eu fiz.")
        assert normalize(pair.en) != normalize("This is the first book I've ever done!")


def test_the_slides_sentence_has_relatives_in_training(splits):
    sentences = [(pair.pt, pair.en) for pair in splits["train"] if pair.pattern == "ranked"]
    assert any(pt.endswith(" que eu fiz.") and en.endswith(" i've ever done.") for pt, en in sentences)
    assert any(pt.startswith("este é o primeiro ") for pt, _ in sentences)
    assert any(" livro que eu " in pt for pt, _ in sentences)


@pytest.mark.slow
def test_held_out_combinations_are_not_in_training_and_are_in_each_combination_pair(splits):
    combinations = combinations_of(pair for split in SPLITS for pair in splits[split])
    assert is_held_out("fazer", "livro")
    for split in SPLITS:
        for pair in splits[split]:
            withheld = [c for c in combinations[pair.pt] if is_held_out(*c)]
            assert bool(withheld) == (pair.held_out == "combination")


def test_every_word_of_the_lexicon_occurs_often_enough_in_training(splits):
    counts = Counter(word for pair in splits["train"] for word in split_words(pair.pt))
    for entry in (*LEXICON.nouns, *LEXICON.adjectives, *LEXICON.verbs):
        assert sum(counts[form] for form in forms_of(entry)) >= 40, entry.word


def test_every_word_of_the_test_split_occurs_in_training(splits):
    for side in ("pt", "en"):
        known = {word for pair in splits["train"] for word in split_words(getattr(pair, side))}
        assert {word for pair in splits["test"] for word in split_words(getattr(pair, side))} <= known


def test_the_pairs_are_the_same_on_every_machine(splits):
    text = "\n".join(f"{pair.pt}\t{pair.en}\t{pair.alignment}" for split in SPLITS for pair in splits[split])
    assert hashlib.sha256(text.encode()).hexdigest() == DIGEST


def test_another_split_is_refused():
    with pytest.raises(CourseError, match='unknown split "dev" of the little world: expected one of train'):
        make_pairs("dev")
