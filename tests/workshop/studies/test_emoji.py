"""What the study of the emojis holds out. The people are made up, but for the last test."""

import pytest

from course_lib.workshop.studies.drawn_people import LANGUAGES, DrawnPerson, drawn_people
from course_lib.workshop.studies.emoji import HELD_OUT, STUDY, groups, said

WHATS, TONES = 11, 6
PEOPLE = [
    DrawnPerson(f"{what} {who} {skin}", str(what), who, skin, ("one", "um"))
    for what in range(WHATS)
    for who in range(2)
    for skin in range(TONES)
]


@pytest.mark.parametrize("tones", [1, 5])
def test_of_an_occupation_all_with_the_held_out_part_are_held_out_and_the_others_known(tones):
    held_out = {}
    for person, kind in zip(PEOPLE, groups(PEOPLE, 3, tones, seed=7), strict=True):
        if kind != "known":
            held_out.setdefault(person.what, []).append((kind, getattr(person, HELD_OUT[kind][0])))
    assert len(held_out) == 3 * len(HELD_OUT)
    sizes = {(parts[0][0], len(parts), len(set(parts))) for parts in held_out.values()}
    assert sizes == {("English only", TONES, 1), ("new man or woman", TONES, 1), ("new skin tone", 2 * tones, tones)}


def test_who_is_named_in_one_language_has_the_same_name_twice():
    assert [said(PEOPLE[0], languages) for languages in (1, 2)] == [["one", "one"], ["one", "um"]]


@pytest.mark.skipif(bool(STUDY.missing), reason=STUDY.missing)
def test_everybody_drawn_has_a_name_of_their_own_in_each_language():
    people = drawn_people()
    assert len(people) == 2 * TONES * len({person.what for person in people})
    for language in range(len(LANGUAGES)):
        assert len({person.names[language] for person in people}) == len(people)
