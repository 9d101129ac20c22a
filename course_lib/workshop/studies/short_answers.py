"""What do short answers to an ambiguous prompt do to the normal one, and what if the prompt asks for them?

Both arms that learn get the same questions with the same answers of one word. In the one they are asked "Q: ... A:", in
the other the prompt says which form is wanted. Neither asks in the normal way, and this is what is measured (slide
"Multimodal Vision Language Models Inference"; Liu et al. 2024, section 3.2).
"""

import copy

from course_lib.data import dialogue_batches, load_picture_dialogues
from course_lib.generation import likeliest
from course_lib.models import Vlm
from course_lib.objectives import TokenPrediction
from course_lib.workshop.recipes.vlm_aligned import example
from course_lib.workshop.studies.harness import fit, mean, percent
from course_lib.workshop.studies.looking import asks, looked, shipped
from course_lib.workshop.studies.study import Numbers, Study
from course_lib.world.rng import Rng
from course_lib.world.scenes import Scene
from course_lib.world.scenes.dialogues import SceneTurn
from course_lib.world.scenes.questions import FORMS, Question, questions

ABOUT_EACH = 3  # questions


def drawn(scenes: list[Scene], seed: int) -> list[tuple[int, Question]]:
    """Some questions about each scene, with the number of its picture."""
    rng = Rng(seed)
    return [(i, asked) for i, scene in enumerate(scenes) for asked in rng.shuffled(questions(scene))[:ABOUT_EACH]]


def fine_tuned(form: str, steps: int, rate: float, pictures: int, seed: int) -> Vlm:
    """The model after so many steps on answers of one word to questions in this form."""
    seen, (model, template), rng = looked("train", pictures), shipped(), Rng(seed)
    examples = [
        example(seen.features[number], FORMS[form].format(rng.pick(asked.wordings())), asked.word, template)
        for number, asked in drawn(seen.scenes, seed)
    ]
    batches = dialogue_batches(examples, 1000, seed)
    return fit(copy.deepcopy(model), batches, TokenPrediction(), steps, rate, seed)


def measure(
    seed: int = 0, form: str = "ambiguous", steps: int = 100, rate: float = 1e-3, pictures: int = 400, asked: int = 60
) -> Numbers:
    """Of answers to normal prompts: percents that are the true sentence, or the true word alone; and their words."""
    held_out = looked("validation", asked)
    model = fine_tuned(form, steps, rate, pictures, seed) if steps else shipped()[0]
    chosen = drawn(held_out.scenes, seed)
    turns = [(n, SceneTurn(**asked.turn("normal"), kind=asked.kind, form="normal")) for n, asked in chosen]
    said = [given.text for given in asks(model, held_out)(turns, likeliest)]
    told = list(zip(said, (question for _, question in chosen), strict=True))
    return {
        "sentence": percent(text == question.sentence for text, question in told),
        "word": percent(text == question.word for text, question in told),
        "words": mean(len(text.split()) for text in said),
    }


STUDY = Study(
    measure=measure,
    arms={"before": {"steps": 0}, "ambiguous prompts": {}, "formatting prompts": {"form": "word"}},
    loaders=(load_picture_dialogues,),
    models=("vlm",),
    toy={"steps": 1, "pictures": 3, "asked": 3},
)
