"""Captions: true, complete where they should be, each garment named alone and two of them side by side."""

import re
from collections import Counter

import pytest

from course_lib.world.scenes import make_scenes
from course_lib.world.scenes.captions import captions, full_caption
from course_lib.world.scenes.cast import COLORS
from course_lib.world.scenes.phrases import colored_things, dressed, located, things, wearing

COLOR = re.compile(rf"\b({'|'.join(COLORS)})\b")


@pytest.fixture(scope="module")
def scenes():
    return make_scenes("test")


def scene_with(scenes, **wanted):
    """The first scene with these values."""
    return next(scene for scene in scenes if all(getattr(scene, name) == value for name, value in wanted.items()))


def test_the_first_three_captions_name_one_color_at_most(scenes):
    for scene in scenes:
        assert len(captions(scene)) == 5
        assert all(len(COLOR.findall(caption)) <= 1 for caption in captions(scene)[:3])


def test_with_somebody_the_captions_name_the_shirt_the_things_another_garment_and_two_garments(scenes):
    for scene in scenes:
        first, second, third, fourth, _ = captions(scene)
        if person := scene.person:
            other = "hat" if person.hat else person.bottom
            assert first.endswith(wearing(person, "shirt"))
            assert second.endswith((things(scene), colored_things(scene)))
            assert third.endswith(wearing(person, other))
            assert fourth.endswith(f"{wearing(person, 'shirt', other)} {located(scene)}")


def test_the_full_caption_tells_all(scenes):
    for scene in scenes:
        text = full_caption(scene)
        assert located(scene) in text
        assert colored_things(scene) in text
        if scene.person:
            assert dressed(scene.person) in text
            other = {"left": "right", "right": "left"}[scene.side]
            assert re.search(
                rf"{colored_things(scene)} on the {scene.side}\b|{dressed(scene.person)} on the {other}\b", text
            )


def test_two_scenes_with_the_same_full_caption_show_the_same(scenes):
    shown = Counter(full_caption(scene) for scene in scenes)
    assert sum(number - 1 for number in shown.values()) < 0.01 * len(scenes)  # hair and skin are not told


def test_articles_numbers_and_plurals_are_right(scenes):
    assert colored_things(scene_with(scenes, noun="elephant", count=1)) == "an elephant"
    assert colored_things(scene_with(scenes, noun="sheep", count=3)) == "three sheep"
    assert colored_things(scene_with(scenes, noun="butterfly", count=2, colour="red")) == "two red butterflies"
    for scene in scenes:
        for caption in captions(scene):
            assert not re.search(r"\ba [aeiou]|\ban [^aeiou]", caption)


def test_captions_are_the_same_each_time(scenes):
    assert [captions(scene) for scene in scenes[:31]] == [captions(scene) for scene in scenes[:31]]
