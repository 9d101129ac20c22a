"""Building phrases in two languages, and the alignment that comes with them."""

from course_lib.world.language.phrases import (
    alignment,
    arrange,
    only_en,
    only_pt,
    sequence,
    split_words,
    spoken,
    unit,
    write,
)


def test_units_are_aligned_wherever_each_language_puts_them():
    noun, adjective = unit("camisa", "shirt"), unit("amarela", "yellow")
    assert alignment(arrange(pt=(noun, adjective), en=(adjective, noun))) == ((0, 1), (1, 0))


def test_words_without_counterpart_stay_unaligned():
    assert alignment(sequence(only_pt("que"), unit("fiz", "done"), only_en("ever"))) == ((1, 0),)


def test_a_contraction_keeps_the_links_of_both_its_words():
    phrase = spoken(sequence(unit("em", "in"), unit("o", "the"), unit("jardim", "garden")))
    assert [word.text for word in phrase.pt] == ["no", "jardim"]
    assert alignment(phrase) == ((0, 0), (0, 1), (1, 2))


def test_an_english_contraction_keeps_the_links_of_both_its_words():
    perfect = unit("fiz", "'ve done")
    phrase = spoken(sequence(unit("eu", "i"), perfect))
    assert [word.text for word in phrase.en] == ["i've", "done"]
    assert alignment(phrase) == ((0, 0), (1, 0), (1, 1))


def test_a_becomes_an_after_the_adjective_is_in_place():
    noun, adjective = unit("maçã", "apple"), unit("vermelha", "red")
    article = unit("uma", "a")
    assert write(spoken(sequence(article, noun, unit(".", "."))).en) == "an apple."
    assert write(spoken(arrange(pt=(), en=(article, adjective, noun, unit(".", ".")))).en) == "a red apple."


def test_the_last_mark_is_a_word_and_an_apostrophe_is_not():
    assert split_words("this is the girl's book.") == ["this", "is", "the", "girl's", "book", "."]
    assert split_words("i've done it") == ["i've", "done", "it"]
