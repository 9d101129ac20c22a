"""The scenes: splits that share nothing, combinations that training never shows, and places that make sense."""

import hashlib
from collections import Counter
from dataclasses import replace

import pytest

from course_lib.errors import CourseError
from course_lib.world.rng import Rng
from course_lib.world.scenes import make_scenes
from course_lib.world.scenes.art import drawing
from course_lib.world.scenes.cast import (
    DRAWABLES,
    ENGLISH,
    KINDS,
    LABELS,
    PAINTS,
    PLACES,
    SHOWN,
    WITHHELD_SHIRTS,
)
from course_lib.world.scenes.scene import EXTRA, SIZES, content, draw_scene, shows_held_out
from course_lib.world.splits import SPLITS

DIGEST = "cc382183160a368df386e72fbc3cfb8016c627dc049489953615b207121e422f"


@pytest.fixture(scope="module")
def splits():
    """All scenes, by split."""
    return {split: make_scenes(split) for split in SPLITS}


@pytest.fixture(scope="module")
def scenes(splits):
    """All scenes."""
    return [scene for split in SPLITS for scene in splits[split]]


def shirts(scenes):
    """Who wears a shirt of which colour."""
    return {(scene.person.kind, scene.person.shirt) for scene in scenes if scene.person}


def colours(scenes):
    """Which thing has which colour, where colors tell."""
    return {(scene.noun, scene.colour) for scene in scenes if scene.colour}


def test_the_splits_have_their_sizes_and_no_two_scenes_show_the_same(splits, scenes):
    assert {split: len(rows) for split, rows in splits.items()} == {split: sum(n) for split, n in SIZES.items()}
    assert len({content(scene) for scene in scenes}) == len(scenes)


def test_training_never_shows_what_is_held_out_but_all_else(splits):
    withheld = {(kind, shirt) for kind, shirts in WITHHELD_SHIRTS.items() for shirt in shirts}
    assert shirts(splits["train"]) == {(kind, paint) for kind in KINDS for paint in PAINTS} - withheld
    every = {(noun, colour) for noun, drawable in DRAWABLES.items() for colour in drawable.colours}
    assert colours(splits["train"]) == every - {(noun, drawable.held_out) for noun, drawable in DRAWABLES.items()}


def test_the_extra_scenes_are_of_known_combinations_and_none_of_another_split(splits, scenes):
    extra = make_scenes("extra")
    assert len(extra) == sum(EXTRA["extra"])
    assert not any(shows_held_out(scene) or scene.held_out for scene in extra)
    assert {content(scene) for scene in extra}.isdisjoint(content(scene) for scene in scenes)
    assert len({content(scene) for scene in extra}) == len(extra)


def test_the_man_in_a_yellow_shirt_is_held_out(splits):
    assert ("man", "yellow") not in shirts(splits["train"])
    assert ("man", "yellow") in shirts(splits["test"])


def test_half_of_a_test_has_held_out_combinations_and_says_so(splits):
    assert {scene.held_out for scene in splits["train"]} == {""}
    for split in ("validation", "test"):
        groups = Counter(scene.held_out for scene in splits[split])
        assert groups == {"scene": SIZES[split][0], "combination": SIZES[split][1]}
        assert all(shows_held_out(scene) == (scene.held_out == "combination") for scene in splits[split])


def test_every_kind_of_person_thing_and_place_occurs_in_every_split(splits):
    for rows in splits.values():
        assert {scene.noun for scene in rows} == set(LABELS)
        assert {scene.place for scene in rows} == set(PLACES)
        assert {scene.person.kind for scene in rows if scene.person} == set(KINDS)
        assert {scene.count for scene in rows} == {1, 2, 3, 4}


def test_the_words_are_those_of_the_lexicon():
    assert {*LABELS, *KINDS, *PLACES, "shirt", "trousers", "skirt", "hat"} <= {
        *ENGLISH,
        *(noun.english_plural for noun in ENGLISH.values()),
    }


def test_things_are_where_they_belong(scenes):
    for scene in scenes:
        assert scene.place in DRAWABLES[scene.noun].places
        assert scene.noun not in SHOWN.get(scene.place, ())


def test_things_are_on_the_side_that_the_record_says_and_inside_the_picture(scenes):
    for scene in scenes:
        assert len(scene.spots) == scene.count
        for spot in scene.spots:
            height = spot.width * drawing(scene.noun).height / drawing(scene.noun).width
            assert spot.width / 2 <= spot.x <= 240 - spot.width / 2
            assert height <= spot.bottom <= 240
            if scene.person:
                assert (spot.x < scene.person.spot.x) == (scene.side == "left")
        assert (scene.person is None) == (scene.side == "")


def test_no_two_things_hide_each_other_or_the_person(scenes):
    for scene in scenes:
        for one in scene.spots:
            for other in scene.spots:
                assert one is other or abs(one.x - other.x) > one.width or abs(one.bottom - other.bottom) > 50
            if scene.person:
                between = abs(one.x - scene.person.spot.x)
                assert between > 0.9 * (one.width + scene.person.spot.width) / 2


def test_the_scenes_are_the_same_on_every_machine(splits):
    assert hashlib.sha256(repr(splits).encode()).hexdigest() == DIGEST


def test_a_size_takes_the_first_scenes(splits):
    assert make_scenes("train", 7) == splits["train"][:7]


@pytest.mark.parametrize("size", [0, 8_001, -3])
def test_a_size_beyond_the_split_is_refused(size):
    with pytest.raises(CourseError, match=f'size must be between 1 and 8000 for split "train", got {size}'):
        make_scenes("train", size)


def test_another_split_is_refused():
    with pytest.raises(CourseError, match='unknown split "dev" of the little world: expected one of train'):
        make_scenes("dev")


def test_a_held_out_thing_is_held_out_with_any_person_and_without():
    scene = replace(draw_scene(Rng(3)), noun="car", colour="red", person=None)
    assert shows_held_out(scene)
    assert not shows_held_out(replace(scene, colour="blue"))
    assert not shows_held_out(replace(scene, noun="elephant", colour=""))
