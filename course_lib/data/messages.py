"""Conversations as lists of messages. As on the hub, a message contains a text or a list of texts and pictures:

{"role": "user", "content": [{"type": "image", "image": "cat.png"}, {"type": "text", "text": "Who is this?"}]}
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import cycle
from typing import Literal, Required, TypedDict

from torch import Tensor

from course_lib.data.pictures import Picture
from course_lib.errors import CourseError

Shown = Picture | Tensor  # a picture, or its features


class Part(TypedDict, total=False):
    """A part of a message's content: a text, stored under the key "text", or a picture, stored under "image"."""

    type: Required[Literal["text", "image"]]
    text: str
    image: Shown


Content = str | list[Part]


class Message(TypedDict):
    """A message in a conversation. The `role` of its author is one of `ROLES`."""

    role: str
    content: Content


Conversation = list[Message]
ROLES = ("system", "user", "assistant")
KINDS = {"text": str, "image": object}  # the types of parts, and the Python type of their values


def parts_of(content: Content) -> list[Part]:
    """Return a message's content as a list of parts. A plain text becomes a list with one part."""
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


def text_of(content: Content) -> str:
    """Return the texts in a message's content, joined by spaces, and leave out its pictures."""
    return " ".join(part["text"] for part in parts_of(content) if part["type"] == "text")


def pictures_of(messages: Conversation) -> list[Shown]:
    """Return all pictures in a conversation, in order."""
    return [part["image"] for message in messages for part in parts_of(message["content"]) if part["type"] == "image"]


def with_pictures(pictures: Iterable[Shown], text: str) -> list[Part]:
    """Return the content of a message that consists of pictures followed by a text."""
    return [*({"type": "image", "image": picture} for picture in pictures), {"type": "text", "text": text}]


def questions_about(pictures: Iterable[Shown], texts: Iterable[str]) -> list[Conversation]:
    """Return one conversation per picture, in which the user shows the picture and sends the matching text."""
    return [
        [{"role": "user", "content": with_pictures([picture], text)}]
        for picture, text in zip(pictures, texts, strict=True)
    ]


def check_pictures(messages: Conversation, sees: bool) -> None:
    """Raise a CourseError if a message contains a picture that is not allowed.

    Only user messages can contain pictures, and only if the model can read pictures (`sees`).
    """
    for message in messages:
        if pictures_of([message]) and not sees:
            raise CourseError("the conversation can't contain pictures, because the model reads only text")
        if pictures_of([message]) and message["role"] != "user":
            raise CourseError(f"only user messages can contain pictures, got one in a {message['role']} message")


def check_content(content: object) -> None:
    """Raise a CourseError unless a message's content has a text or a picture.

    The error message is only the end of a sentence. `check_message` puts "message 1, from the user," in front.
    """
    if not isinstance(content or "", str | list):
        raise CourseError(f"must be a text or a list of texts and pictures, got {type(content).__name__}")
    parts = parts_of(content or "")
    for part in parts:
        kind = part.get("type") if isinstance(part, dict) else None
        if kind not in tuple(KINDS) or kind not in part or not isinstance(part[kind], KINDS[kind]):
            raise CourseError(f"must consist of parts with a text or an image, got {part!r:.60}")
    if not any(part["type"] == "image" or part["text"].strip() for part in parts):
        raise CourseError("must not be empty; add a text or a picture")


def check_conversation(messages: Sequence[object], last: str) -> None:
    """Raise a CourseError unless user and assistant alternate and the last message has the role `last`.

    One system message can come first. Each message must have a known role and some content.
    """
    for number, message in enumerate(messages, start=1):
        check_message(message, number)
    first = has_system(messages)
    turns = zip(messages[first:], cycle(("user", "assistant")), strict=False)
    for number, (message, role) in enumerate(turns, start=first + 1):
        if message["role"] != role:
            raise CourseError(
                f"message {number} must be from the {role}, got one from the {message['role']}; "
                "user and assistant must alternate, after at most one system message"
            )
    if not messages or messages[-1]["role"] != last:
        raise CourseError(f"the last of {len(messages)} messages must be from the {last}")


def check_message(message: object, number: int) -> None:
    """Raise a CourseError unless a message has a known role and some content. The error names its number."""
    if not isinstance(message, dict):
        raise CourseError(f"message {number} must be a dict with role and content, got {message!r}")
    role = message.get("role")
    if role not in ROLES:
        raise CourseError(f"message {number} must have one of the roles {', '.join(ROLES)}, got {role!r}")
    try:
        check_content(message.get("content"))
    except CourseError as error:
        raise CourseError(f"message {number}, from the {role}, {error}") from None


def fit_context(
    messages: Conversation, prompt: Callable[[Conversation], list[int]], max_length: int
) -> tuple[Conversation, int]:
    """Shorten a conversation by dropping its oldest turns until the prompt fits into the context.

    The system message, the last message, and all pictures are always kept.

    Args:
        messages: a conversation that ends with a user message.
        prompt: a function that converts messages into token ids, such as `ChatTemplate.prompt`.
        max_length: the maximum number of tokens in the prompt.

    Returns:
        The remaining messages, and the number of dropped turns. A turn is a user message and its answer.

    Raises:
        CourseError: the conversation is too long even without the earlier turns.
    """
    kept, dropped = drop_turns(messages, lambda rest: len(prompt(rest)) <= max_length)
    length = len(prompt(kept))
    if length > max_length:
        raise CourseError(
            f"a prompt must have at most {max_length} tokens, got {length} even without the earlier turns; "
            f"shorten the message {shorten(text_of(messages[-1]['content']))}"
        )
    return kept, dropped


def drop_turns(messages: Conversation, fits: Callable[[Conversation], bool]) -> tuple[Conversation, int]:
    """Drop the oldest turns until the remaining conversation `fits`. The last turn is always kept.

    Pictures are always kept, because later messages can refer to them.

    Returns:
        The remaining messages, and the number of dropped turns.
    """
    first = has_system(messages)
    for dropped in range((len(messages) - first + 1) // 2):
        start = first + 2 * dropped
        rest = messages[:first] + with_more_pictures(pictures_of(messages[first:start]), messages[start:])
        if fits(rest):
            break
    return rest, dropped


def with_more_pictures(pictures: Sequence[Shown], messages: Conversation) -> Conversation:
    """Add pictures at the start of the first message, and return the messages."""
    if not pictures:
        return messages
    parts = [*({"type": "image", "image": picture} for picture in pictures), *parts_of(messages[0]["content"])]
    return [messages[0] | {"content": parts}, *messages[1:]]


def has_system(messages: Conversation) -> int:
    """Return 1 if the first message is a system message, otherwise 0."""
    return int(bool(messages) and messages[0]["role"] == "system")


def shorten(text: str, length: int = 40) -> str:
    """Quote the first `length` characters of a text for an error message."""
    return repr(text if len(text) <= length else text[:length] + "...")
