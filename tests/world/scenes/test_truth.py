"""What texts name that a scene does not show; whatever the world itself says of its scenes is true."""

import pytest

from course_lib.world.scenes import make_scenes
from course_lib.world.scenes.captions import captions
from course_lib.world.scenes.questions import questions
from course_lib.world.scenes.truth import invented, named


def test_captions_and_answers_of_the_world_invent_nothing():
    for scene in make_scenes("validation", 200):
        for text in (*captions(scene), *(q.sentence for q in questions(scene) if q.word != "No.")):
            assert invented(scene, text) == set(), text


def test_what_is_not_there_is_found_whatever_its_number():
    scene = next(s for s in make_scenes("validation") if s.noun == "dog" and s.place == "beach" and s.person)
    other = "girl" if scene.person.kind != "girl" else "boy"
    text = f"Two dogs, a cat and three butterflies beside a {scene.person.kind}."
    assert invented(scene, text) == {"cat", "butterfly"}
    assert invented(scene, f"A dog and a {other}") == {other}


def test_what_a_place_itself_shows_is_there():
    scene = next(s for s in make_scenes("validation") if s.place == "forest" and s.noun != "tree")
    assert invented(scene, f"a {scene.noun} under a tree") == set()


@pytest.mark.parametrize(
    ("text", "nouns"),
    [
        ("a woman in a red shirt", {"woman"}),
        ("Men and women", {"man", "woman"}),
        ("two boxes, buses and a carpet", {"box", "bus"}),
        ("in the park", set()),
    ],
)
def test_nouns_are_found_as_whole_words(text, nouns):
    assert named(text) == nouns
