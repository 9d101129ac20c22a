"""The scores of a CLIP: a model that knows the captions by heart gets all, one that knows nothing gets little."""

import zlib
from dataclasses import replace

import pytest
import torch
from datasets import Dataset

from course_lib.data import ImageProcessor
from course_lib.evaluation import clip as module
from course_lib.evaluation import evaluate_clip
from course_lib.evaluation.clip import swapped
from course_lib.world.language.writing import with_article
from course_lib.world.scenes import has_held_out_shirt, has_held_out_thing, make_scenes
from course_lib.world.scenes.captions import captions, full_caption
from course_lib.world.scenes.phrases import counted, garment
from tests.chats import chat_tokenizer
from tests.models.tiny import tiny_clip

SCENES = make_scenes("test", 101)


class Heard:
    """Stands for a model: captions are hashed to unit vectors, pictures to the sum of those of what they show."""

    def caption(self, text):
        generator = torch.Generator().manual_seed(zlib.crc32(text.encode()))
        return torch.nn.functional.normalize(torch.randn(509, generator=generator), dim=0)

    def picture(self, scene, full):
        said = [full, f"a picture of {counted(scene.noun, scene.count)}"]
        if scene.colour:
            said.append(f"a picture of {counted(scene.noun, scene.count, scene.colour)}")
        if scene.person:
            said.append(f"{with_article(scene.person.kind)} in {garment('shirt', scene.person.shirt)}")
        return torch.nn.functional.normalize(sum(map(self.caption, said)), dim=0)


@pytest.fixture
def rows():
    return Dataset.from_list(
        [{"image": None, "caption": list(captions(scene)), "held_out": scene.held_out} for scene in SCENES]
    )


@pytest.fixture
def scores(monkeypatch, rows):
    """A function from the scenes as the model takes them to the scores."""

    def evaluate(seen, scenes=SCENES):
        heard = Heard()
        full = [texts[-1] for texts in rows["caption"]]
        images = torch.stack([heard.picture(*both) for both in zip(seen, full, strict=True)])
        monkeypatch.setattr(module, "encode_pictures", lambda model, processor, pictures: images)
        monkeypatch.setattr(
            module, "encode_captions", lambda model, tokenizer, texts: torch.stack([*map(heard.caption, texts)])
        )
        return evaluate_clip(tiny_clip(), chat_tokenizer(), ImageProcessor(size=8), rows, scenes)

    return evaluate


def test_a_model_that_knows_all_gets_all_in_every_group(scores):
    found = scores(SCENES)
    assert set(found) == {"all", "scene", "combination"}
    for group in found.values():
        assert (group.caption, group.picture, group.thing, group.colour) == (100, 100, 100, 100)
        assert group.shirt == group.swap == 100
    assert found["all"].pictures == 101 == found["scene"].pictures + found["combination"].pictures


def test_elsewhere_only_captions_and_pictures_count(scores):
    found = scores(SCENES, scenes=None)
    assert (found["all"].caption, found["all"].thing, found["all"].shirt) == (100, None, None)


def test_among_held_out_combinations_only_what_is_held_out_counts(scores):
    wrong = [
        SCENES[(i + 1) % 101] if not (has_held_out_thing(s) or has_held_out_shirt(s)) else s
        for i, s in enumerate(SCENES)
    ]
    found = scores(wrong)
    assert found["combination"].thing == found["combination"].colour == found["combination"].shirt == 100
    assert found["scene"].thing < 50
    assert found["scene"].colour < 50


def test_to_be_swapped_shirt_and_hat_need_two_colors():
    worn = next(s for s in SCENES if s.person and s.person.hat and s.person.hat != s.person.shirt)
    text, wrong = swapped(worn)
    assert text == full_caption(worn)
    shirt, hat = worn.person.shirt, worn.person.hat
    assert f"{hat} shirt" in wrong
    assert f"{shirt} hat" in wrong
    assert swapped(replace(worn, person=replace(worn.person, hat=shirt))) == []
    assert swapped(replace(worn, person=replace(worn.person, hat=""))) == []


def test_where_nothing_is_asked_there_is_no_score(scores, monkeypatch):
    monkeypatch.setattr(module, "swapped", lambda scene: [])
    assert scores(SCENES)["all"].swap is None
