"""What holds for every sentence that the grammar makes."""

import re
from collections import Counter

import pytest

from course_lib.world import LEXICON, Rng, split_words
from course_lib.world.language.portuguese import CONTRACTIONS
from course_lib.world.language.sentences import PATTERNS, say

AGREEMENTS = (("m", False), ("f", False), ("m", True), ("f", True))
ARTICLES = dict(zip(("o", "a", "os", "as"), AGREEMENTS, strict=True))
DEMONSTRATIVES = dict(zip(("este", "esta", "estes", "estas"), AGREEMENTS, strict=True))


@pytest.fixture(scope="module")
def sentences():
    """Many sentences, as they come, duplicates included."""
    rng = Rng(seed=7)
    return [say(rng) for _ in range(20_000)]


def test_every_portuguese_sentence_has_one_translation(sentences):
    translations = {}
    for sentence in sentences:
        assert translations.setdefault(sentence.pt, sentence.en) == sentence.en


def test_every_pattern_is_used_and_has_its_share(sentences):
    shares = Counter(sentence.pattern for sentence in sentences)
    for pattern, percent in PATTERNS.items():
        expected = percent / sum(PATTERNS.values()) * len(sentences)
        assert shares[pattern.__name__.replace("_", " ")] == pytest.approx(expected, rel=0.2)


def test_articles_and_demonstratives_agree_with_their_noun(sentences):
    agreements = {}
    for noun in LEXICON.nouns:
        agreements.setdefault(noun.word, set()).add((noun.gender, False))
        agreements.setdefault(noun.plural, set()).add((noun.gender, True))
    checked = 0
    for sentence in sentences:
        words = split_words(sentence.pt)
        for left, right in zip(words, words[1:], strict=False):
            wanted = ARTICLES.get(left) or DEMONSTRATIVES.get(left)
            if wanted and right in agreements:
                assert wanted in agreements[right], sentence.pt
                checked += 1
    assert checked


def test_no_preposition_is_left_that_must_contract(sentences):
    for sentence in sentences:
        words = split_words(sentence.pt)
        for left, right in zip(words, words[1:], strict=False):
            assert right not in CONTRACTIONS.get(left, {}), sentence.pt


def test_a_and_an_fit_the_next_word(sentences):
    for sentence in sentences:
        assert not re.search(r"\ba [aeiou]|\ban [^aeiou]", sentence.en), sentence.en


def test_sentences_are_lower_case_and_end_in_one_mark(sentences):
    for sentence in sentences:
        for text in (sentence.pt, sentence.en):
            assert re.fullmatch(r"[a-zà-ú']+( [a-zà-ú']+)*[.?]", text), text


def test_alignments_point_at_words_and_cover_the_content(sentences):
    unaligned_pt, unaligned_en = {"que", "o", "a", "os", "as"}, {"ever", "a", "an", "the", "it"}
    for sentence in sentences:
        pt, en = split_words(sentence.pt), split_words(sentence.en)
        left, right = {i for i, _ in sentence.alignment}, {j for _, j in sentence.alignment}
        assert {word for i, word in enumerate(pt) if i not in left} <= unaligned_pt, sentence
        assert {word for j, word in enumerate(en) if j not in right} <= unaligned_en, sentence
        assert max(left) == len(pt) - 1 and max(right) == len(en) - 1


def test_the_future_has_no_past_time_and_the_past_no_future_one(sentences):
    for sentence in sentences:
        if "tomorrow" in sentence.en or "next week" in sentence.en:
            assert re.search(r"\bwill\b", sentence.en), sentence.en
        if "yesterday" in sentence.en or "last night" in sentence.en:
            assert not re.search(r"\b(will|does|is|are|am)\b", sentence.en), sentence.en


def test_a_time_tells_the_past_of_nos_where_it_looks_like_the_present(sentences):
    alike = {verb.past[2] for verb in LEXICON.verbs if "past" in verb.tenses and verb.past[2] == verb.present[2]}
    times = [f" {time.word} " for time in LEXICON.times]
    checked = 0
    for sentence in sentences:
        found = re.search(r"\bnós (?:não )?(\w+)", sentence.pt)
        if found and found[1] in alike and sentence.pattern in ("statement", "negation"):
            assert any(time in f" {sentence.pt[:-1]} " for time in times), sentence.pt
            checked += 1
    assert checked


def test_mass_nouns_are_never_counted(sentences):
    for sentence in sentences:
        assert not re.search(
            r"\b(a|an|two|three|many|how many) (hot |cold )?(bread|rice|water|milk|soup)\b", sentence.en
        )
