"""The recipes of models that see, on a few pictures in files: what is trained, and what each stage learns."""

import json
from dataclasses import replace

import pytest
import torch

from course_lib.data import ImageProcessor
from course_lib.errors import CourseError
from course_lib.files import read_json
from course_lib.models import load_model
from course_lib.runtime import MODELS
from course_lib.workshop.recipes import RECIPES, run, vlm
from course_lib.workshop.recipes.picture_dialogues import PictureDialogues
from tests.chats import chat_tokenizer
from tests.models.tiny import IMAGE_SIZE
from tests.workshop.recipes.toys import longer, quiet


@pytest.mark.usefixtures("shapes_unchecked")
def test_the_stages_train_what_the_slide_says_and_leave_the_tower_alone(toys, parts, tmp_path):
    recipe, source = toys["connector"]
    first = run(longer(recipe, 30), source, out=tmp_path / "connector", report=quiet)
    [bridge] = load_model(str(tmp_path / "connector"))
    recipe, source = toys["vlm"]
    clip, _, chat = recipe.starts_from
    second = run(
        longer(replace(recipe, starts_from=(clip, str(tmp_path / "connector"), chat)), 30),
        source,
        out=tmp_path / "vlm",
        report=quiet,
    )
    model, tokenizer, processor = load_model(str(tmp_path / "vlm"))
    for name, tensor in load_model(clip)[0].vision.state_dict().items():
        assert torch.equal(model.vision.state_dict()[name], tensor), name
    words = len(chat_tokenizer())
    assert len(tokenizer) == words + 1
    assert processor == ImageProcessor(size=(IMAGE_SIZE, IMAGE_SIZE))
    assert not torch.equal(model.text.embedding.table.weight[:words], load_model(chat)[0].embedding.table.weight)
    assert not torch.equal(model.connector.layers.up_proj.weight, bridge.layers.up_proj.weight)
    losses = [entry["held-out loss"] for entry in first["history"]]
    assert losses[-1] < losses[0] - 0.5
    assert first["validation"]["all"]["loss"] == pytest.approx(losses[-1], abs=0.02)
    assert second["validation"]["all"]["questions"] == 4
    assert {"all", "colour", "word"} == set(second["validation"])
    assert second["validation"].keys() == second["further"]["without seeing"].keys()
    assert second["history"][-1]["loss"] < second["history"][1]["loss"]


def test_a_stage_adds_captions_and_practice_in_the_little_world_alone(monkeypatch):
    def told(name):
        return lambda *_, **amounts: PictureDialogues([name], [amounts])

    for part in ("instructions", "descriptions", "practiced"):
        monkeypatch.setattr(vlm, part, told(part))
    stage = replace(RECIPES["vlm"], splits=("train",), captions=True, practice={"shirts": 3}, earlier=())
    plain = replace(stage, captions=False, practice=None)
    assert plain.load("world", "train").images == stage.on("mine").load("mine", "train").images == ["instructions"]
    practice = replace(stage, captions=False, practice={})
    assert practice.load("world", "train").images == ["instructions", "practiced"]
    rows = stage.load("world", "train")
    assert rows.images == ["instructions", "descriptions", "practiced"]
    assert rows.texts == [{}, {}, {"shirts": 3}]


def test_where_all_dialogues_are_about_several_pictures_a_sentence_says_that_none_can_be_asked():
    rows = PictureDialogues([["a", "b"], ["c"], ["d"]], ["first", "second", "third"])
    assert rows.about_one_picture(1).texts == ["second"]
    with pytest.raises(CourseError, match="none of 1 dialogues is about one picture alone"):
        rows.select([0]).about_one_picture(7)


def test_the_extra_scenes_of_the_little_world_are_learned_too(monkeypatch):
    monkeypatch.setattr(vlm, "instructions", lambda source, split: PictureDialogues([split], [source]))
    stage = replace(RECIPES["vlm"], captions=False, practice=None)
    assert stage.load("world", "train").images == ["train", "extra"]
    assert stage.load("world", "validation").images == ["validation"]
    assert stage.on("mine").load("mine", "train").images == ["train"]


def test_the_stages_of_the_shipped_model_are_what_its_card_says():
    card, recipe = read_json(MODELS / "vlm" / "card.json"), RECIPES["vlm"]
    assert list(card["earlier plans"]) == [stage.name for stage in recipe.earlier]
    settings = json.loads(json.dumps(recipe.settings()))
    assert {name: settings[name] for name in card["settings"]} == card["settings"]
