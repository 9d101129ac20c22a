"""What is asked about things that aren't there, and what counts as denying them."""

from collections import Counter

import pytest
import torch

from course_lib.data import ChatTemplate
from course_lib.data.messages import text_of
from course_lib.evaluation import denies, evaluate_premises, premises_about, score_premises
from course_lib.evaluation import false_premises as evaluation
from course_lib.evaluation.chat import Answer
from course_lib.world.scenes import make_scenes
from course_lib.world.scenes.questions import FORMS, false_premises
from tests.chats import chat_tokenizer
from tests.models.tiny import tiny_vlm

SCENES = make_scenes("validation", 23)
ASKED = premises_about(SCENES)


def formed(texts):
    """Texts in all forms."""
    return {form.format(text) for form in FORMS.values() for text in texts}


def scored(say):
    """The scores of answers that this function gives to turns."""
    return score_premises(ASKED, [Answer(say(turn), True) for *_, turn in ASKED])


def test_each_group_asks_what_it_says():
    for number, scene in enumerate(SCENES):
        premises = false_premises(scene)
        [count] = [question for question in premises if question.topic == "count"]
        others = [question for question in premises if question.topic != "count"]
        texts = {
            "known": [text for question in others for text in question.wordings()],
            "wording": [text for question in others for text in question.wordings(held_out_wording=True)],
            "count": [*count.wordings(), *count.wordings(held_out_wording=True)],
            "slide": [question.text for question in others if question.words.get("worn") == "shirt"],
        }
        asked = [(group, turn.user) for other, group, turn in ASKED if other == number]
        assert all(user in formed(texts[group]) for group, user in asked)
        counts = Counter(group for group, _ in asked)
        assert counts == {"known": len(others), "wording": len(others), "count": 2, "slide": 1}


def test_all_forms_are_asked_alike():
    forms = Counter(turn.form for *_, turn in ASKED)
    assert set(forms) == set(FORMS)
    assert min(forms.values()) > len(ASKED) / 4


def test_who_answers_as_asked_is_told_so():
    for scores in scored(lambda turn: turn.assistant).values():
        assert (scores.as_asked, scores.otherwise, scores.goes_along) == (100, 0, 0)


def test_who_denies_in_other_words_is_told_apart_from_who_goes_along():
    scores = scored(lambda turn: {"normal": "No.", "ambiguous": "Red.", "word": turn.assistant}[turn.form])
    forms = Counter(turn.form for *_, turn in ASKED)
    shares = [100 * forms[form] / len(ASKED) for form in ("word", "normal", "ambiguous")]
    assert [scores["all"].as_asked, scores["all"].otherwise, scores["all"].goes_along] == pytest.approx(shares)


def test_the_groups_have_all_questions_once():
    scores = scored(lambda turn: "Red.")
    assert scores.pop("all").questions == sum(each.questions for each in scores.values()) == len(ASKED)


@pytest.mark.parametrize(
    ("text", "denial"),
    [
        ("None.", True),
        ("No, there is no kite.", True),
        ("There isn't a ball.", True),
        ("Nobody is wearing a hat.", True),
        ("It is not here.", True),
        ("On the north side.", False),
        ("The notebook is red.", False),
        ("", False),
    ],
)
def test_a_denial_says_no_in_one_word_or_another(text, denial):
    assert denies(text) == denial


def test_the_model_is_asked_about_the_picture_of_each_scene(monkeypatch):
    seen = []

    def answer(conversations, *_):
        for [message] in conversations:
            picture = next(part["image"] for part in message["content"] if part["type"] == "image")
            seen.append((int(picture[0, 0]), text_of(message["content"])))
        return [Answer("Red.", True)] * len(conversations)

    monkeypatch.setattr(evaluation, "answer", answer)
    features = torch.arange(23.0).view(23, 1, 1).expand(23, 5, 7)
    template = ChatTemplate(chat_tokenizer().with_special("<image>"), 5)
    scores = evaluate_premises(SCENES, features, tiny_vlm(), template)
    assert seen == [(number, turn.user) for number, _, turn in ASKED]
    assert scores["all"].goes_along == 100
