"""Scores of models that see: each question is asked about its own picture, alone, and answered letter by letter."""

import torch

from course_lib.data import ImageProcessor, VisualChatTemplate
from course_lib.evaluation import answer_about, evaluate_vlm, look_at
from course_lib.evaluation.chat import Answer
from tests.chats import QUESTIONS, chat_tokenizer
from tests.models.tiny import IMAGE_SIZE, PATCHES, tiny_vlm
from tests.parity import D, assert_near


def seeing():
    tokenizer = chat_tokenizer().with_special("<image>")
    model = tiny_vlm(vocab_size=len(tokenizer), max_length=197)
    return model, VisualChatTemplate(tokenizer, model.config.num_visual_tokens)


def test_pictures_are_looked_at_in_their_order_whatever_the_batch():
    model, _ = seeing()
    pictures = [torch.randint(256, (31, 29, 3), dtype=torch.uint8).numpy() for _ in range(5)]
    processor = ImageProcessor(size=(IMAGE_SIZE, IMAGE_SIZE))
    expected = torch.cat([model.look(processor([picture])) for picture in pictures])
    assert_near(look_at(pictures, model, processor, batch_size=2), expected, 1e-5)


def test_each_question_is_asked_about_its_own_picture():
    torch.manual_seed(2)
    (model, template), features = seeing(), torch.randn(5, PATCHES, D)
    together = answer_about(features, QUESTIONS, model, template, max_new_tokens=5, batch_size=2)
    alone = [
        answer_about(features[i : i + 1], [question], model, template, max_new_tokens=5)[0]
        for i, question in enumerate(QUESTIONS)
    ]
    assert together == alone


def test_scores_are_given_by_form_and_kind(monkeypatch):
    texts = [
        [{"user": "a", "assistant": "A.", "kind": "count", "form": "word"}],
        [
            {"user": "b", "assistant": "B.", "kind": "count", "form": "normal"},
            {"user": "c", "assistant": "C.", "kind": "place", "form": "word"},
        ],
    ]
    asked = []

    def answer(features, questions, *_):
        asked.extend(zip(features.flatten().tolist(), questions, strict=True))
        return [Answer("A.", True), Answer("b.", True), Answer("C.", False)]

    monkeypatch.setattr("course_lib.evaluation.visual.answer_about", answer)
    scores = evaluate_vlm(None, None, torch.tensor([10.0, 20.0]).view(2, 1, 1), texts)
    assert asked == [(10.0, "a"), (20.0, "b"), (20.0, "c")]
    assert {name: (s.questions, round(s.exact), round(s.ended)) for name, s in scores.items()} == {
        "all": (3, 67, 67),
        "word": (2, 100, 50),
        "normal": (1, 0, 100),
        "count": (2, 50, 100),
        "place": (1, 100, 0),
    }
