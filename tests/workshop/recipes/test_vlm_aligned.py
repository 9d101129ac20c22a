"""The recipe of the aligned model that sees: which answers make a pair, and what is preferred."""

import re

import pytest
import torch

from course_lib.data import ChatTemplate
from course_lib.data.messages import text_of
from course_lib.errors import CourseError
from course_lib.evaluation import false_premises as evaluation
from course_lib.evaluation.chat import Answer
from course_lib.workshop.recipes import run
from course_lib.workshop.recipes.vlm_aligned import TRUE, VLM_ALIGNED, preferences
from course_lib.world.scenes import make_scenes
from course_lib.world.scenes.captions import full_caption
from course_lib.world.scenes.questions import FORMS, false_premises, questions
from tests.chats import chat_tokenizer
from tests.models.tiny import tiny_vlm

BY_TEXT = {
    turn["user"]: turn["assistant"]
    for scene in make_scenes("validation", 40)
    for question in false_premises(scene)
    for form in FORMS
    for turn in (question.turn(form, text) for text in question.wordings())
}


@pytest.fixture
def template():
    return ChatTemplate(chat_tokenizer().with_special("<image>"), 5)


@pytest.fixture
def tell(monkeypatch):
    """Makes the model answer a question by what this function says."""

    def script(say):
        def answer(conversations, *_):
            return [Answer(say(text_of(message["content"])), True) for [message] in conversations]

        monkeypatch.setattr(evaluation, "answer", answer)

    return script


def spoken(pair, template):
    """What a pair is about, and its two answers."""
    sides = pair.chosen, pair.rejected
    [picture], [same] = (side.pictures for side in sides)
    assert torch.equal(picture, same)
    assert all(side.ids.count(template.image_id) == 5 for side in sides)
    answers = [template.decode([i for i, said in zip(e.ids, e.is_completion, strict=True) if said]) for e in sides]
    return int(picture[0, 0]), *answers


def formed(texts):
    """Texts in all forms."""
    return {form.format(text) for form in FORMS.values() for text in texts}


def numbered(count):
    """What a tower makes of so many pictures: picture i has the number i all over."""
    return torch.arange(count, dtype=torch.float32).view(count, 1, 1).expand(count, 5, 7)


def test_to_say_what_is_not_there_is_preferred_to_what_the_model_says(template, tell):
    scenes = make_scenes("validation", 3)
    tell(lambda text: "Red.")
    pairs = [spoken(pair, template) for pair in preferences(scenes, numbered(3), tiny_vlm(), template)]
    against = [(number, chosen) for number, chosen, rejected in pairs if rejected == "Red."]
    expected = [(number, q) for number, scene in enumerate(scenes) for q in false_premises(scene)]
    assert [number for number, _ in against] == [number for number, _ in expected]
    for (_, chosen), (_, question) in zip(against, expected, strict=True):
        assert chosen in (question.sentence, question.word)


def test_where_the_model_says_so_already_it_is_preferred_to_what_is_right_of_another_picture(template, tell):
    scenes = make_scenes("validation", 40)
    tell(BY_TEXT.__getitem__)
    pairs = [spoken(pair, template) for pair in preferences(scenes, numbered(40), tiny_vlm(), template)]
    right = {text for scene in scenes for q in questions(scene) for text in (q.sentence, q.word)}
    against = [pair for pair in pairs if pair[1] in BY_TEXT.values()]
    asked_somewhere = {question.text for scene in scenes for question in questions(scene)}
    false = [q for scene in scenes for q in false_premises(scene)]
    known = [q for q in false if q.text in asked_somewhere]
    assert len(against) == len(known) > 80
    assert all(rejected in right for _, _, rejected in against)


def test_what_is_true_is_preferred_to_denying_it_and_descriptions_to_those_of_other_pictures(template, tell):
    scenes = make_scenes("validation", 40)
    tell(lambda text: "")
    pairs = [spoken(pair, template) for pair in preferences(scenes, numbered(40), tiny_vlm(), template)]
    told = [questions(scene) for scene in scenes]
    full = {full_caption(scene) for scene in scenes}
    described = [pair for pair in pairs if pair[1] in full]
    assert all(full_caption(scenes[number]) == chosen and rejected in full for number, chosen, rejected in described)
    against = [pair for pair in pairs if pair[1] not in full]
    assert len(against) == sum(min(TRUE, len(each)) for each in told)
    for number, chosen, rejected in against:
        assert chosen in {text for question in told[number] for text in (question.sentence, question.word)}
        assert re.fullmatch(r"There is no \w+ in the picture\.|None\.", rejected)


def test_a_missing_answer_makes_no_pair(template, tell):
    tell(lambda text: "")
    pairs = [spoken(p, template) for p in preferences(make_scenes("validation", 9), numbered(9), tiny_vlm(), template)]
    assert not any(chosen in BY_TEXT.values() for _, chosen, _ in pairs)


def test_pairs_ask_in_many_wordings_and_never_in_held_out_ones(template, tell):
    scenes = make_scenes("validation", 40)
    asked = []
    tell(lambda text: asked.append(text) or "Red.")
    preferences(scenes, numbered(40), tiny_vlm(), template)
    assert set(asked) <= BY_TEXT.keys()
    slide = formed([q.text for scene in scenes for q in false_premises(scene)])
    assert sum(text in slide for text in asked) < len(asked) / 5


def test_no_pair_asks_about_held_out_topics(template, tell):
    scenes = make_scenes("validation", 40)
    asked = []
    tell(lambda text: asked.append(text) or "Red.")
    pairs = preferences(scenes, numbered(40), tiny_vlm(), template, held_out_topics=("count",))
    premises = [q for scene in scenes for q in false_premises(scene) if q.topic == "count"]
    assert asked and formed([text for q in premises for text in q.wordings()]).isdisjoint(asked)
    counted = {q.sentence for scene in scenes for q in questions(scene) if q.topic == "count"}
    assert counted.isdisjoint(chosen for _, chosen, _ in (spoken(pair, template) for pair in pairs))


def test_without_the_truth_about_the_pictures_there_is_nothing_to_prefer(tmp_path):
    with pytest.raises(CourseError, match="this recipe needs the little world"):
        run(VLM_ALIGNED, "my_pictures", out=tmp_path)
