"""What the page does with pictures: scenes are drawn, laid out, asked about and made numbers as in the library."""

from dataclasses import asdict, replace

import numpy as np
import pytest
import torch

from course_lib.data import ChatTemplate, ImageProcessor
from course_lib.data.messages import questions_about
from course_lib.workshop.present.explain.seeing import art
from course_lib.world.rng import Rng
from course_lib.world.scenes import make_scenes
from course_lib.world.scenes.art import drawing
from course_lib.world.scenes.cast import DRAWABLES, KINDS
from course_lib.world.scenes.drawing import draw
from course_lib.world.scenes.layout import place_person, place_things
from course_lib.world.scenes.questions import questions
from tests.chats import chat_tokenizer
from tests.javascript import run

SCENES = make_scenes("test", 60)


class MiddleDice(Rng):
    """Dice that always show the middle."""

    def __init__(self):
        self.roll = lambda: 0.5


def test_the_page_draws_scenes_as_the_little_world_does():
    javascript = """
        import { draw } from "./world/drawing.js";
        const result = scenes.map((scene) => draw(scene, art, 64).replace(' width="64" height="64"', ""));
    """
    assert run(javascript, scenes=list(map(asdict, SCENES)), art=art()) == list(map(draw, SCENES))


def test_the_page_lays_scenes_out_as_dice_that_show_the_middle_do():
    javascript = """
        import { laid_out } from "./world/scene.js";
        const result = scenes.map((scene) => laid_out(scene, art));
    """
    expected = []
    for scene in SCENES:
        spots = place_things(MiddleDice(), DRAWABLES[scene.noun], scene.count, scene.side)
        person = scene.person
        if person:
            person = replace(person, spot=place_person(MiddleDice(), drawing(person.kind).width, scene.side))
        expected.append(asdict(replace(scene, spots=spots, person=person)))
    found = run(javascript, scenes=list(map(asdict, SCENES)), art=art())
    for scene, laid_out in zip(expected, found, strict=True):
        assert places(laid_out) == [pytest.approx(place) for place in places(scene)]
        assert scene | {"spots": 0, "person": 0} == laid_out | {"spots": 0, "person": 0}


def places(scene):
    """The numbers of all spots of a scene."""
    spots = [*scene["spots"], *([scene["person"]["spot"]] if scene["person"] else [])]
    return [spot[name] for spot in spots for name in ("x", "bottom", "width")]


def test_what_a_reader_changes_is_still_a_scene():
    javascript = """
        import { another, dressed, laid_out, with_person } from "./world/scene.js";
        const result = scenes.flatMap((scene) => [
          another(scene, art),
          laid_out({ ...scene, noun: "elephant" }, art),
          ...["", ...art.kinds].map((kind) => with_person(scene, kind, art)),
          dressed(with_person(scene, "girl", art), { hat: "red" }),
        ]);
    """
    for scene in run(javascript, scenes=list(map(asdict, SCENES[:20])), art=art()):
        thing = DRAWABLES[scene["noun"]]
        assert scene["colour"] in (thing.colours or ("",))
        assert len(scene["spots"]) == scene["count"]
        assert bool(scene["side"]) == bool(scene["person"])
        if person := scene["person"]:
            assert person["kind"] in KINDS
            assert person["bottom"] == "trousers" or person["kind"] in ("woman", "girl")


def test_the_page_asks_what_the_little_world_asks_in_the_slide_s_words():
    javascript = """
        import { questions } from "./world/questions.js";
        const result = scenes.map((scene) => questions(scene, art));
    """
    for scene, asked in zip(SCENES, run(javascript, scenes=list(map(asdict, SCENES)), art=art()), strict=True):
        assert len(asked) >= 4
        assert set(asked) <= {question.text for question in questions(scene)}


@pytest.mark.parametrize(
    "settings", [{}, {"mean": None, "std": None}, {"mean": (0.1, 0.2, 0.3), "std": (0.5, 0.6, 0.7)}]
)
def test_pixels_become_the_numbers_that_the_processor_makes(settings):
    javascript = """
        import { normalize } from "./data/image_processor.js";
        const result = normalize(Uint8ClampedArray.from(bytes), 5, processor);
    """
    processor = ImageProcessor(size=None, **settings)
    pixels = np.random.default_rng(0).integers(0, 256, (7, 5, 4), dtype=np.uint8)
    expected = processor([pixels[..., :3]])[0]
    given = {name: getattr(processor, name) for name in ("scale", "mean", "std")}
    found = run(javascript, bytes=pixels.ravel().tolist(), processor=given)
    torch.testing.assert_close(torch.tensor(found), expected, rtol=0, atol=1e-6)


def test_the_page_puts_placeholders_where_the_template_does():
    javascript = """
        import { ChatTemplate } from "./data/chat.js";
        import { Tokenizer } from "./data/tokenizer.js";
        const template = new ChatTemplate(new Tokenizer(JSON.parse(text)), 7);
        const result = [template.prompt([{ role: "user", content: "How many <image>?", pictures: 1 }])];
    """
    tokenizer = chat_tokenizer().with_special("<image>")
    (messages,) = questions_about([0], ["How many <image>?"])
    assert run(javascript, text=tokenizer.to_json()) == [ChatTemplate(tokenizer, 7).prompt(messages)]
