"""Captions: true, complete where they should be, and never of more than one colour where they should not."""

import re
from collections import Counter

import pytest

from course_lib.world.scenes import make_scenes
from course_lib.world.scenes.captions import captions, full_caption
from course_lib.world.scenes.cast import FURS, PAINTS
from course_lib.world.scenes.phrases import coloured_things, dressed, located, things, wearing

COLOUR = re.compile(rf"\b({'|'.join({*PAINTS, *FURS})})\b")


@pytest.fixture(scope="module")
def scenes():
    return make_scenes("test")


def scene_with(scenes, **wanted):
    """The first scene with these values."""
    return next(scene for scene in scenes if all(getattr(scene, name) == value for name, value in wanted.items()))


def test_all_captions_but_the_last_name_one_colour_at_most(scenes):
    for scene in scenes:
        assert len(captions(scene)) == 5
        assert all(len(COLOUR.findall(caption)) <= 1 for caption in captions(scene)[:-1])


def test_the_first_caption_names_the_shirt_and_the_second_the_things(scenes):
    for scene in scenes:
        first, second, *_ = captions(scene)
        if scene.person:
            assert first.endswith(wearing(scene.person, "shirt"))
            assert second.endswith((things(scene), coloured_things(scene)))


def test_the_full_caption_tells_all(scenes):
    for scene in scenes:
        text = full_caption(scene)
        assert located(scene) in text
        assert coloured_things(scene) in text
        if scene.person:
            assert dressed(scene.person) in text
            other = {"left": "right", "right": "left"}[scene.side]
            assert re.search(
                rf"{coloured_things(scene)} on the {scene.side}\b|{dressed(scene.person)} on the {other}\b", text
            )


def test_two_scenes_with_the_same_full_caption_show_the_same(scenes):
    shown = Counter(full_caption(scene) for scene in scenes)
    assert sum(number - 1 for number in shown.values()) < 0.01 * len(scenes)  # hair and skin are not told


def test_articles_numbers_and_plurals_are_right(scenes):
    assert coloured_things(scene_with(scenes, noun="elephant", count=1)) == "an elephant"
    assert coloured_things(scene_with(scenes, noun="sheep", count=3)) == "three sheep"
    assert coloured_things(scene_with(scenes, noun="butterfly", count=2, colour="red")) == "two red butterflies"
    for scene in scenes:
        for caption in captions(scene):
            assert not re.search(r"\ba [aeiou]|\ban [^aeiou]", caption)


def test_captions_are_the_same_each_time(scenes):
    assert [captions(scene) for scene in scenes[:31]] == [captions(scene) for scene in scenes[:31]]
