"""The recipe of the aligned model that sees: which descriptions make a pair, and what is preferred."""

import pytest
import torch

from course_lib.data import VisualChatTemplate
from course_lib.errors import CourseError
from course_lib.evaluation.chat import Answer
from course_lib.recipes import vlm_aligned
from course_lib.recipes.vlm_aligned import hallucination_rate, preferences, train_vlm_aligned
from course_lib.world.scenes import make_scenes
from tests.chats import chat_tokenizer


@pytest.fixture
def template():
    return VisualChatTemplate(chat_tokenizer().with_special("<image>"), 5)


@pytest.fixture
def scenes():
    """Three scenes without a cat."""
    return [scene for scene in make_scenes("validation", 50) if scene.noun != "cat"][:3]


@pytest.fixture
def tell(monkeypatch):
    """Makes the model give these descriptions, one list of them after the other."""

    def script(*draws):
        said = iter(draws)
        monkeypatch.setattr(vlm_aligned, "answer_about", lambda *_: [Answer(text, ended=True) for text in next(said)])

    return script


def test_a_true_description_is_preferred_to_one_that_invents(scenes, template, tell):
    true, false = [f"a {scene.noun}" for scene in scenes], ["a cat"] * 3
    tell([true[0], false[1], true[2]], [false[0], false[1], ""])
    [(chosen, rejected)] = preferences(scenes, torch.zeros(3, 5, 7), None, template, draws=2)
    assert (chosen.pictures, rejected.pictures) == ([0], [0])
    assert template.decode(chosen.ids).endswith(true[0])
    assert template.decode(rejected.ids).endswith("a cat")
    assert chosen.ids.count(template.image_id) == 5


def test_the_rate_counts_descriptions_that_invent(scenes, template, tell):
    tell([f"a {scenes[0].noun}", "a cat", "two cats and a cat"])
    assert hallucination_rate(scenes, torch.zeros(3, 5, 7), None, template) == pytest.approx(200 / 3)


def test_without_the_truth_about_the_pictures_there_is_nothing_to_prefer(tmp_path):
    with pytest.raises(CourseError, match="this recipe needs the little world"):
        train_vlm_aligned("my_pictures", out=tmp_path)


def test_a_finished_folder_is_refused(tmp_path):
    (tmp_path / "card.json").touch()
    with pytest.raises(CourseError, match="already holds a finished model"):
        train_vlm_aligned(out=tmp_path)
