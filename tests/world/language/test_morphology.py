"""The regular forms of both languages."""

import pytest

from course_lib.world.language import english, portuguese

PLURALS = (
    "casa casas, leão leões, hospital hospitais, hotel hotéis, azul azuis, jardim jardins, flor flores, feliz felizes"
)


@pytest.mark.parametrize("forms", PLURALS.split(", "))
def test_portuguese_plurals_follow_the_ending(forms):
    singular, plural = forms.split()
    assert portuguese.plural(singular) == plural


@pytest.mark.parametrize(
    "left, right, word",
    [("em", "o", "no"), ("de", "as", "das"), ("a", "a", "à"), ("por", "o", "pelo"), ("em", "este", "neste")],
)
def test_prepositions_contract_with_what_follows(left, right, word):
    assert portuguese.contract(left, right) == word


@pytest.mark.parametrize("left, right", [("em", "um"), ("sobre", "o"), ("o", "a"), ("a", "este")])
def test_other_words_stay_apart(left, right):
    assert portuguese.contract(left, right) is None


def test_verbs_are_conjugated_by_their_ending():
    assert portuguese.present("comprar") == ("compro", "compra", "compramos", "compram")
    assert portuguese.past("beber") == ("bebi", "bebeu", "bebemos", "beberam")
    assert portuguese.present("abrir")[2] == "abrimos"
    assert portuguese.gerund("correr") == "correndo"


def test_verbs_are_respelled_before_e_so_that_they_sound_the_same():
    assert portuguese.past("tocar")[0] == "toquei"
    assert portuguese.past("dançar")[0] == "dancei"
    assert portuguese.imperative("tocar", "toco") == "toque"
    assert portuguese.imperative("fazer", "faço") == "faça"


@pytest.mark.parametrize(
    "verb, third, past, progressive",
    [
        ("wash", "washes", "washed", "washing"),
        ("cry", "cries", "cried", "crying"),
        ("bake", "bakes", "baked", "baking"),
        ("play", "plays", "played", "playing"),
        ("look for", "looks for", "looked for", "looking for"),
    ],
)
def test_english_verbs_take_their_endings(verb, third, past, progressive):
    assert english.third_person(verb) == third
    assert english.with_ed(verb) == past
    assert english.with_ing(verb) == progressive


def test_one_short_syllable_doubles_its_last_consonant():
    assert [english.with_ing(verb) for verb in ("run", "swim", "open", "eat")] == [
        "running",
        "swimming",
        "opening",
        "eating",
    ]


def test_short_adjectives_take_an_ending_and_long_ones_more_or_most():
    assert [english.comparative(word) for word in ("tall", "big", "heavy")] == ["taller", "bigger", "heavier"]
    assert english.superlative("expensive") == "most expensive"


def test_an_stands_before_vowels_only():
    assert english.article("a", "apple") == "an"
    assert english.article("a", "book") == "a"
    assert english.article("the", "apple") == "the"


def test_possessives_and_auxiliaries_join_the_word_before():
    assert [english.join(owner, "'s") for owner in ("girl", "girls", "men")] == ["girl's", "girls'", "men's"]
    assert [english.join(who, "'ve") for who in ("i", "she", "girl")] == ["i've", "she's", None]
