"""Scores of models that see: each question is asked about its own picture, alone, and answered letter by letter."""

import torch

from course_lib.data import ChatTemplate, ImageProcessor, questions_about
from course_lib.evaluation import answer, chat, evaluate_vlm, look_at
from course_lib.evaluation.chat import Answer
from tests.chats import ANSWERS, QUESTIONS, Prescribed, chat_tokenizer, user
from tests.models.tiny import IMAGE_SIZE, PATCHES, tiny_vlm
from tests.parity import D, assert_near


def seeing(max_length=197):
    tokenizer = chat_tokenizer().with_special("<image>")
    model = tiny_vlm(vocab_size=len(tokenizer), max_length=max_length)
    return model, ChatTemplate(tokenizer, model.config.num_visual_tokens)


def test_pictures_are_looked_at_in_their_order_whatever_the_batch():
    model, _ = seeing()
    pictures = [torch.randint(256, (31, 29, 3), dtype=torch.uint8).numpy() for _ in range(5)]
    processor = ImageProcessor(size=(IMAGE_SIZE, IMAGE_SIZE))
    expected = torch.cat([model.encode_images(processor([picture])) for picture in pictures])
    assert_near(look_at(pictures, model, processor, batch_size=2), expected, 1e-5)


def test_each_question_is_asked_about_its_own_picture(shapes_unchecked):
    torch.manual_seed(2)
    (model, template), features = seeing(), torch.randn(5, PATCHES, D)
    conversations = [*questions_about(features, QUESTIONS), [user("Hello!")]]
    together = answer(conversations, model, template, max_new_tokens=5, batch_size=2)
    alone = [answer([messages], model, template, max_new_tokens=5)[0] for messages in conversations]
    assert together == alone


def test_an_answer_about_a_picture_that_the_context_cuts_has_not_ended(shapes_unchecked):
    [messages] = questions_about(torch.randn(1, PATCHES, D), ["Hello!"])
    length = len(seeing()[1].prompt(messages))
    for room, ended in ((len(chat_tokenizer().encode(ANSWERS[2])), True), (7, False)):
        model, template = seeing(max_length=length + room)
        [said] = answer([messages], model, template, choose=Prescribed(ANSWERS[2]))
        assert (said.ended, said.text == ANSWERS[2]) == (ended, ended)


def test_scores_are_given_by_form_and_kind(monkeypatch):
    texts = [
        [{"user": "a", "assistant": "A.", "kind": "count", "form": "word"}],
        [
            {"user": "b", "assistant": "B.", "kind": "count", "form": "normal"},
            {"user": "c", "assistant": "C.", "kind": "place", "form": "word"},
        ],
    ]
    asked = []

    def say(conversations, *_):
        parts = [message["content"] for [message] in conversations]
        asked.extend((float(picture["image"]), question["text"]) for picture, question in parts)
        return [Answer("A.", True), Answer("b.", True), Answer("C.", False)]

    monkeypatch.setattr(chat, "answer", say)
    scores = evaluate_vlm(*seeing(), torch.tensor([10.0, 20.0]).view(2, 1, 1), texts)
    assert asked == [(10.0, "a"), (20.0, "b"), (20.0, "c")]
    assert {name: (s.questions, round(s.exact), round(s.ended)) for name, s in scores.items()} == {
        "all": (3, 67, 67),
        "word": (2, 100, 50),
        "normal": (1, 0, 100),
        "count": (2, 50, 100),
        "place": (1, 100, 0),
    }


def test_questions_about_what_training_never_shows_have_groups_of_their_own():
    text = {"user": "a", "assistant": "A.", "kind": "colour", "form": "word"}
    assert chat.groups_of(text) == ["all", "word", "colour"]
    assert chat.groups_of(text | {"held_out": ""}) == ["all", "word", "colour", "known", "colour: known"]
    assert chat.groups_of(text | {"held_out": "thing"}) == ["all", "word", "colour", "thing", "colour: thing"]
