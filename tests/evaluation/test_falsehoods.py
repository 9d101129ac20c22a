"""A judge counts falsehoods: the world's own answers tell none, and others do."""

import pytest

from course_lib.evaluation import premises_about
from course_lib.evaluation.falsehoods import falsehoods
from course_lib.world.scenes import make_scenes
from course_lib.world.scenes.captions import captions
from course_lib.world.scenes.dialogues import turns

SCENES = make_scenes("validation", 199)
MAN_WITHOUT_HAT = next(s for s in SCENES if s.person and s.person.kind == "man" and not s.person.hat)


def test_who_answers_as_the_world_does_tells_no_falsehood():
    for scene in SCENES:
        for turn in turns(scene):
            assert falsehoods(scene, turn.user, turn.assistant) == 0, turn
        assert falsehoods(scene, "Describe the picture.", captions(scene)[-1]) == 0
    for number, _, turn in premises_about(SCENES[:53]):
        assert falsehoods(SCENES[number], turn.user, turn.assistant) == 0, turn


@pytest.mark.parametrize(
    ("asked", "said", "count"),
    [
        ("Where is the woman?", "In the park.", 1),
        ("Where is the woman?", "There is no woman in the picture.", 0),
        ("Where is the woman?", "There is no man in the picture.", 1),
        ("Where is the man?", "None.", 1),
        ("What color is the man's hat?", "Red.", 1),
        ("What color is the man's hat?", "None.", 0),
        ("Is there a woman in the picture?", "No.", 0),
        ("Is there a woman in the picture?", "Yes.", 1),
        ("Describe the picture.", "a woman and a girl beside a man", 2),
    ],
)
def test_to_claim_what_is_not_there_or_to_deny_what_is_there_is_a_falsehood(asked, said, count):
    assert falsehoods(MAN_WITHOUT_HAT, asked, said) == count
