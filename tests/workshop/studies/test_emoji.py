"""What the study of the emojis withholds. The people are made up, but for the last test."""

import pytest

from course_lib.workshop.studies.drawn_people import LANGUAGES, DrawnPerson, drawn_people
from course_lib.workshop.studies.emoji import STUDY, WITHHELD, groups, said

WHATS, TONES = 11, 6
PEOPLE = [
    DrawnPerson(f"{what} {who} {skin}", str(what), who, skin, ("one", "um"))
    for what in range(WHATS)
    for who in range(2)
    for skin in range(TONES)
]


@pytest.mark.parametrize("tones", [1, 5])
def test_of_an_occupation_all_with_the_withheld_part_are_withheld_and_the_others_known(tones):
    withheld = {}
    for person, kind in zip(PEOPLE, groups(PEOPLE, 3, tones, seed=7), strict=True):
        if kind != "known":
            withheld.setdefault(person.what, []).append((kind, getattr(person, WITHHELD[kind][0])))
    assert len(withheld) == 3 * len(WITHHELD)
    sizes = {(parts[0][0], len(parts), len(set(parts))) for parts in withheld.values()}
    assert sizes == {("English only", TONES, 1), ("new man or woman", TONES, 1), ("new skin tone", 2 * tones, tones)}


def test_who_is_named_in_one_language_has_the_same_name_twice():
    assert [said(PEOPLE[0], languages) for languages in (1, 2)] == [["one", "one"], ["one", "um"]]


@pytest.mark.skipif(bool(STUDY.missing), reason=STUDY.missing)
def test_everybody_drawn_has_a_name_of_their_own_in_each_language():
    people = drawn_people()
    assert len(people) == 2 * TONES * len({person.what for person in people})
    for language in range(len(LANGUAGES)):
        assert len({person.names[language] for person in people}) == len(people)
