"""Conversations with pictures as tokens: placeholders where there are pictures, and nowhere else."""

import pytest

from course_lib.data import ChatTemplate, fit_context, picture_conversation, pictures_of, with_pictures
from course_lib.data.messages import text_of
from course_lib.errors import CourseError
from tests.chats import assistant, chat_tokenizer, user

P = 5


@pytest.fixture
def template():
    return ChatTemplate(chat_tokenizer().with_special("<image>"), P)


def show(text, *pictures):
    return {"role": "user", "content": with_pictures(pictures, text)}


def test_a_picture_takes_as_many_placeholders_as_it_has_visual_tokens(template):
    ids = template.prompt([show("Hello!", "cat.png", "dog.png")])
    words = template.tokenizer.encode("Hello!")
    roles = template.role_ids
    assert ids == [1, roles["user"], *[template.image_id] * 2 * P, *words, roles["assistant"]]


def test_pictures_and_texts_may_come_in_any_order(template):
    parts = [{"type": "text", "text": "Hello!"}, {"type": "image", "image": 1}, {"type": "text", "text": "And?"}]
    ids = template.content({"role": "user", "content": parts})
    encode = template.tokenizer.encode
    assert ids == [*encode("Hello!")[:-1], *[template.image_id] * P, *encode("And?")]
    assert (text_of(parts), pictures_of([{"content": parts}])) == ("Hello! And?", [1])


def test_without_pictures_it_writes_what_the_plain_template_does(template):
    messages = [user("Hello!"), assistant("Hello! How can I help you?"), user("How many cats are there?")]
    assert template.prompt(messages) == ChatTemplate(template.tokenizer).prompt(messages)
    assert template.training(messages[:2]) == ChatTemplate(template.tokenizer).training(messages[:2])


def test_a_placeholder_that_somebody_types_is_text(template):
    ids = template.prompt([show("What is <image>?", "cat.png")])
    assert ids.count(template.image_id) == P
    assert "<image>" in template.decode(ids)


def test_only_what_the_assistant_says_is_learned_and_never_what_is_seen(template):
    messages = [show("Hello!", 0), assistant("Two cats."), show("And here?", 1), assistant("Three.")]
    example = template.training(messages)
    ids, is_completion = example.ids, example.is_completion
    said = [id for id, scored in zip(ids, is_completion, strict=True) if scored]
    assert said == [*template.tokenizer.encode("Two cats."), *template.tokenizer.encode("Three.")]
    assert template.image_id not in said


def test_only_the_user_shows_pictures(template):
    messages = [user("Draw a cat!"), {"role": "assistant", "content": with_pictures(["cat.png"], "Here it is.")}]
    with pytest.raises(CourseError, match="only user messages can contain pictures, got one in an? assistant"):
        template.training(messages)


def test_a_model_that_reads_only_texts_is_not_shown_pictures():
    with pytest.raises(CourseError, match="the model reads only text"):
        ChatTemplate(chat_tokenizer()).prompt([show("Who is it?", "cat.png")])


def test_a_tokenizer_without_a_placeholder_is_refused():
    with pytest.raises(CourseError, match="no special token <image>"):
        ChatTemplate(chat_tokenizer(), P)


def test_a_message_may_be_nothing_but_a_picture(template):
    assert template.prompt([show("", "cat.png")]).count(template.image_id) == P


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "message 1, from the user, must not be empty"),
        ([], "must not be empty"),
        ([{"type": "text", "text": " "}], "must not be empty"),
        (7, "must be a text or a list of texts and pictures, got int"),
        ([{"type": "video", "video": "a.mp4"}], "must consist of parts with a text or an image, got {'type': 'video'"),
        ([{"type": "image"}], "must consist of parts with a text or an image, got {'type': 'image'}"),
        ([{"type": "text", "text": 7}], "must consist of parts with a text or an image"),
        (["Hello!"], "must consist of parts with a text or an image, got 'Hello!'"),
    ],
)
def test_what_is_no_content_is_named(content, message, template):
    with pytest.raises(CourseError, match=message):
        template.prompt([{"role": "user", "content": content}])


def test_a_prompt_that_exceeds_the_context_with_its_pictures_is_refused(template):
    messages = [user("Hello!"), assistant("Hello!"), show("How many cats?", *range(9))]
    length = len(template.prompt(messages[2:]))
    assert fit_context(messages, template.prompt, length) == (messages[2:], 1)
    with pytest.raises(CourseError, match=f"a prompt must have .* got {length} .*'How many cats\\?'"):
        fit_context(messages, template.prompt, length - 1)


def test_pictures_stay_when_their_turns_are_dropped(template):
    messages = [
        {"role": "system", "content": "Be kind."},
        *(show("Hello!", "cat.png"), assistant("Hello!")),
        *(show("And?", "dog.png", "hen.png"), assistant("Two.")),
        *(user("How many cats are there?"), assistant("Two cats.")),
    ]
    expected = [messages[0], show("How many cats are there?", "cat.png", "dog.png", "hen.png")]
    assert fit_context(messages[:-1], template.prompt, len(template.prompt(expected))) == (expected, 2)
    whole = template.training([*expected, messages[-1]])
    assert template.training(messages, len(whole.ids)) == whole
    assert whole.pictures == ["cat.png", "dog.png", "hen.png"]


def test_the_pictures_of_a_row_come_first(template):
    texts = [{"user": "Who?", "assistant": "A cat."}, {"user": "Where?", "assistant": "Here."}]
    messages = picture_conversation({"images": ["cat.png"], "texts": texts})
    assert messages == [show("Who?", "cat.png"), assistant("A cat."), user("Where?"), assistant("Here.")]
