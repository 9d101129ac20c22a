"""The drawings: every word has one, what the record says shows in the pixels, and colors differ for every eye."""

import itertools
import re
from dataclasses import replace

import numpy as np
import pytest

from course_lib.world.scenes import make_scenes
from course_lib.world.scenes.art import FOLDER, drawing
from course_lib.world.scenes.cast import COLORS, KINDS, LABELS, PLACES
from course_lib.world.scenes.drawing import HUES, draw, render, render_png

# What eyes without red, green or blue cones make of linear RGB (Machado et al. 2009, table 1, severity 1).
EYES = {
    "all cones": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "no red": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "no green": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "no blue": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}
TO_XYZ = ((0.4124564, 0.3575761, 0.1804375), (0.2126729, 0.7151522, 0.0721750), (0.0193339, 0.1191920, 0.9503041))


@pytest.fixture(scope="module")
def dressed():
    """A scene with somebody in a hat and trousers beside one colored thing."""
    return next(
        scene
        for scene in make_scenes("validation")
        if scene.person and scene.person.hat and scene.person.bottom == "trousers" and scene.colour and scene.count == 1
    )


def rgb(colour):
    """The numbers, 0 to 255, of a color's name."""
    return np.array([int(HUES[colour][i : i + 2], 16) for i in (1, 3, 5)])


def area(picture, colour):
    """The share of a picture that has exactly this color."""
    return (picture == rgb(colour)).all(axis=-1).mean()


def lab(colour, eyes):
    """A color as those eyes see it, in CIELAB, where distances are about as large as they look."""
    part = rgb(colour) / 255
    linear = np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)
    x, y, z = np.array(TO_XYZ) @ np.clip(np.array(EYES[eyes]) @ linear, 0, 1) / (0.95047, 1, 1.08883)
    f, g, h = (np.cbrt(v) if v > 0.008856 else 7.787 * v + 16 / 116 for v in (x, y, z))
    return np.array([116 * g - 16, 500 * (f - g), 200 * (g - h)])


def test_every_word_has_a_drawing_and_every_drawing_a_word():
    assert {path.stem for path in FOLDER.glob("*.svg")} == {*LABELS, *KINDS, *PLACES}


@pytest.mark.parametrize("eyes", EYES)
def test_colors_differ_for_every_eye(eyes):
    for one, other in itertools.combinations(COLORS, 2):
        distance = np.linalg.norm(lab(one, eyes) - lab(other, eyes))
        assert distance > 25, f"{one} and {other} are {distance:.0f} apart"


def test_a_picture_has_the_size_that_is_asked_for(dressed):
    for pixels in (37, 64):
        picture = render(dressed, pixels)
        assert picture.shape == (pixels, pixels, 3)
        assert picture.dtype == np.uint8


def test_the_bytes_of_a_picture_are_a_png(dressed):
    assert render_png(dressed, 37).startswith(b"\x89PNG")


def test_a_scene_and_its_svg_give_the_same_picture(dressed):
    assert (render(dressed, 61) == render(draw(dressed), 61)).all()


@pytest.mark.parametrize("part", ["shirt", "bottom_colour", "hat"])
@pytest.mark.parametrize("colour", ["purple", "yellow"])
def test_clothes_have_the_color_that_the_record_says(dressed, part, colour):
    plain = {"shirt": "black", "bottom_colour": "black", "hat": "black"}
    others = replace(dressed, colour="black", person=replace(dressed.person, **plain))
    worn = replace(others, person=replace(others.person, **{part: colour}))
    assert area(render(worn, 240), colour) > area(render(others, 240), colour) + 0.008


@pytest.mark.parametrize("colour", ["purple", "yellow"])
def test_a_thing_has_the_color_that_the_record_says(dressed, colour):
    black = replace(dressed, colour="black", person=None)
    assert area(render(replace(black, colour=colour), 240), colour) > area(render(black, 240), colour) + 0.008


def test_nobody_wears_a_hat_that_the_record_has_not(dressed):
    hatless = replace(dressed, person=replace(dressed.person, hat=""))
    assert (render(hatless, 61) != render(dressed, 61)).any()
    assert ".hat{display:none}" in draw(hatless)


def test_a_skirt_takes_the_place_of_trousers(dressed):
    woman = replace(dressed.person, kind="woman", bottom_colour="purple", shirt="white", hat="")
    white = replace(dressed, colour="white")
    in_trousers, in_skirt = (replace(white, person=replace(woman, bottom=name)) for name in ("trousers", "skirt"))
    assert (render(in_trousers, 61) != render(in_skirt, 61)).any()
    for scene in (in_trousers, in_skirt):
        assert area(render(scene, 240), "purple") > 0.008


def test_more_things_show_more_of_them():
    scenes = make_scenes("validation")
    four = next(scene for scene in scenes if scene.count == 4 and not scene.person)
    three = replace(four, count=3, spots=four.spots[:3])
    assert (render(four, 61) != render(three, 61)).any()


def test_a_drawing_that_looks_left_is_the_mirror_image(dressed):
    [spot] = dressed.spots
    alone = replace(dressed, person=None, spots=(replace(spot, x=120.0, flip=False),))
    flipped = replace(alone, spots=(replace(spot, x=120.0, flip=True),))
    place = render(re.sub(r"<g .*</g>", "", draw(alone)), 240)
    one, other = ((render(scene, 240) != place).any(axis=-1) for scene in (alone, flipped))
    assert (one != other[:, ::-1]).mean() < 0.01


def test_a_drawing_is_colored_if_a_part_of_it_takes_a_color():
    assert drawing("dog").is_colored
    assert drawing("bicycle").is_colored
    assert not drawing("elephant").is_colored
