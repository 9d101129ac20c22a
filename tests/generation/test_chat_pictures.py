"""A chat about pictures: they are looked at once, stay in the cache, and outlive the turns in which they were shown."""

import numpy as np
import pytest
import torch

from course_lib.data import ChatTemplate, ImageProcessor, fit_context, pictures_of, with_pictures
from course_lib.errors import CourseError
from course_lib.generation import Chat
from tests.chats import ANSWERS, QUESTIONS, Prescribed, chat_llm, chat_template, chat_tokenizer
from tests.models.tiny import IMAGE_SIZE, tiny_vlm

PROCESSOR = ImageProcessor(size=(IMAGE_SIZE, IMAGE_SIZE))


def picture(seed):
    return np.random.default_rng(seed).integers(0, 256, (29, 31, 3), dtype=np.uint8)


def talk(*answers, max_length=197):
    """A `Chat` that gives these answers, one after the other."""
    tokenizer = chat_tokenizer().with_special("<image>")
    model = tiny_vlm(vocab_size=len(tokenizer), max_length=max_length)
    template = ChatTemplate(tokenizer, model.config.num_visual_tokens)
    return Chat(model, template, processor=PROCESSOR, choose=Prescribed(*answers), max_new_tokens=30)


def say(chat, text):
    return "".join(chat.say(text))


def assert_read_without_a_gap(chat):
    """The logits that the last answer was chosen by are those of all that was said and shown, read at once."""
    *before, answer = chat.messages
    kept, _ = fit_context(before, chat.template.prompt, chat.room)
    prompt, said = chat.template.prompt(kept), chat.template.tokenizer.encode(answer["content"])
    expected = chat.model(torch.tensor([[*prompt, *said]]), torch.stack(pictures_of(kept)))[0, len(prompt) - 1 :]
    seen = torch.cat(chat.choose.logits[-chat.turn.tokens_written :])
    words = torch.arange(seen.shape[1]) != chat.template.image_id
    torch.testing.assert_close(seen[:, words], expected[: len(seen), words], rtol=0, atol=1e-4)


def test_answers_over_several_turns_and_pictures_are_chosen_by_all_that_was_said_and_shown():
    torch.manual_seed(1)
    chat = talk(*ANSWERS[:3])
    chat.show(picture(1))
    for text, answer in zip(QUESTIONS[:2], ANSWERS[:2], strict=True):
        assert say(chat, text) == answer
        assert_read_without_a_gap(chat)
    chat.show(picture(2))
    chat.show(picture(3))
    assert say(chat, "And the second?") == ANSWERS[2]
    assert_read_without_a_gap(chat)
    assert len(pictures_of(chat.messages)) == 3


def test_a_picture_is_read_once():
    chat = talk(*ANSWERS)
    chat.show(picture(1))
    say(chat, "Hello!")
    assert chat.turn.tokens_read > 16
    say(chat, "Hello!")
    assert chat.turn.tokens_read < 16


def test_the_picture_of_a_turn_that_no_longer_fits_stays(shapes_unchecked):
    chat = talk(*ANSWERS, *ANSWERS, max_length=90)
    chat.show(picture(1))
    for text in QUESTIONS[:4]:
        say(chat, text)
        assert_read_without_a_gap(chat)
    assert chat.turn.dropped > 0
    kept, _ = fit_context(chat.messages[:-1], chat.template.prompt, chat.room)
    assert len(kept) < len(chat.messages) - 1
    assert pictures_of(kept)[0] is pictures_of(chat.messages)[0]
    assert chat.template.prompt(kept).count(chat.template.image_id) == 16


def test_a_new_conversation_has_no_pictures():
    chat = talk(*ANSWERS)
    chat.show(picture(1))
    say(chat, "Hello!")
    chat.show(picture(2))
    chat.reset()
    say(chat, "Hello!")
    assert pictures_of(chat.messages) == []


def test_another_picture_in_the_place_of_the_first_is_looked_at():
    chat = talk(*ANSWERS)
    chat.show(picture(1))
    say(chat, "Hello!")
    chat.messages = []
    chat.show(picture(2))
    say(chat, "Hello!")
    assert chat.turn.tokens_read > 16


def test_another_picture_under_the_same_words_is_read_anew():
    chat = talk(*ANSWERS)
    chat.show(picture(1))
    say(chat, "Hello!")
    chat.messages[0]["content"] = with_pictures([chat.encode_images(picture(2))], "Hello!")
    say(chat, QUESTIONS[1])
    assert_read_without_a_gap(chat)


def test_a_picture_that_can_not_be_read_is_named(tmp_path):
    (tmp_path / "cat.png").write_bytes(b"no picture")
    chat = talk(*ANSWERS)
    with pytest.raises(CourseError, match=r"cat\.png can't be read"):
        chat.show(tmp_path / "cat.png")
    with pytest.raises(CourseError, match="the picture .* does not exist"):
        chat.show(tmp_path / "dog.png")
    assert chat.shown == []


def test_what_can_not_be_said_leaves_the_picture_for_the_next_text():
    chat = talk(*ANSWERS)
    chat.show(picture(1))
    with pytest.raises(CourseError, match="must have at most"):
        chat.say("How many cats are there? " * 50)
    say(chat, "Hello!")
    assert len(pictures_of(chat.messages)) == 1


def test_more_pictures_than_the_context_has_room_for_are_refused():
    chat = talk(*ANSWERS, *ANSWERS, max_length=90)
    for seed in range(4):
        chat.show(picture(seed))
    with pytest.raises(CourseError, match="a prompt must have at most [0-9]+ tokens, got"):
        chat.say("Hello!")


def test_a_model_that_reads_only_texts_is_not_shown_pictures():
    chat = Chat(chat_llm(), chat_template())
    with pytest.raises(CourseError, match="pictures can't be shown to this model"):
        chat.show(picture(1))
    assert chat.shown == []
