"""What the study of alignment does with several answers to a question."""

from course_lib.evaluation.chat import Answer
from course_lib.workshop.studies.align import best_of
from course_lib.world.scenes import make_scenes
from course_lib.world.scenes.dialogues import SceneTurn

NOBODY = next(scene for scene in make_scenes("validation", 199) if scene.person is None)


def test_of_several_answers_the_one_with_the_fewest_falsehoods_is_chosen():
    scripts = iter(["In the park.", "None.", "On the beach."])

    def ask(asked, _):
        text = next(scripts)
        return [Answer(text, True) for _ in asked]

    asked = [(0, SceneTurn("Where is the woman?", "", "premise", "word"))]
    [chosen] = best_of(3, 0, [NOBODY], ask)(asked, None)
    assert chosen.text == "None."
