"""Does a model that sees name colors in new combinations better if the vision tower learns along?

Only the color of things is asked, in a word; the exam has things in the color that training holds out for them, and
the same number in known ones. A linear probe of what the tower makes of the patches says what can be read off it.
"""

from typing import Any

import torch

from course_lib.data import load_captions
from course_lib.evaluation import evaluate_vlm
from course_lib.evaluation.probes import fit_probe
from course_lib.models import Vlm, load_model
from course_lib.shapes import IdsBT, IdsN, Kept, Pixels
from course_lib.workshop.studies.seeing import Texts, asked, learned, newborn, seen_by, teach
from course_lib.workshop.studies.study import Numbers, Study
from course_lib.world.scenes import has_held_out_thing
from course_lib.world.scenes.cast import COLORS
from course_lib.world.scenes.questions import questions
from course_lib.world.scenes.scene import Scene

LANGUAGE, ALL = ("connector", "text"), ("vision", "connector", "text")


class Looking(Vlm):
    """A `Vlm` that is given pictures where others are given what the tower made of them, so the tower can learn."""

    def forward(self, tokens: IdsBT, features: Pixels, **given: Any) -> Kept:
        """Logits of the token after each position, see `Vlm`."""
        return super().forward(tokens, self.vision.features(features, self.config.vision_layer), **given)


def measure(
    seed: int = 0,
    parts: tuple[str, ...] = LANGUAGE,
    steps: int = 150,
    rate: float = 2e-3,
    pictures: int = 4000,
    examined: int = 300,
) -> Numbers:
    """Percents of colors of things that the model names, and that the probe reads: known ones and held-out ones."""
    along = "vision" in parts
    learner, template = newborn(model_class=Looking if along else Vlm)
    learner.connector.load_state_dict(load_model("connector")[0].state_dict())
    scenes, pixels = colored(*learned(pictures))
    seen = pixels if along else seen_by(learner, pixels)
    teach(learner, template, seen, colors_asked(scenes), parts, steps, rate, seed)
    model = Vlm(learner.config).eval()
    model.load_state_dict(learner.state_dict())
    probe = fit_probe(seen_by(model, pixels).flatten(1), colors_of(scenes))
    numbers = {}
    for name, held_out in {"withheld": "combination", "known": "scene"}.items():
        tested, shown = colored(*asked(examined, held_out), is_held_out=held_out == "combination")
        features = seen_by(model, shown)
        numbers[name] = evaluate_vlm(model, template, features, colors_asked(tested))["all"].exact
        numbers[f"{name}, probed"] = 100 * probe.accuracy(features.flatten(1), colors_of(tested))
    return numbers


def colored(scenes: list[Scene], pixels: Pixels, is_held_out: bool = False) -> tuple[list[Scene], Pixels]:
    """Those whose things have a color, or, if `is_held_out`, the one that training holds out for them."""
    chosen = [i for i, scene in enumerate(scenes) if (has_held_out_thing(scene) if is_held_out else scene.colour)]
    return [scenes[i] for i in chosen], pixels[chosen]


def colors_asked(scenes: list[Scene]) -> Texts:
    """Of each scene the question for the color of its things, answered in a word."""
    return [[q.turn("word") for q in questions(scene) if (q.kind, q.topic) == ("colour", "colour")] for scene in scenes]


def colors_of(scenes: list[Scene]) -> IdsN:
    """The numbers of the colors of their things."""
    return torch.tensor([COLORS.index(scene.colour) for scene in scenes])


STUDY = Study(
    measure=measure,
    arms={"frozen": {}, "trained along": {"parts": ALL}},
    loaders=(load_captions,),
    models=("clip", "chat", "connector"),
    toy={"steps": 1, "pictures": 12, "examined": 40},
)
