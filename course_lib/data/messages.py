"""Messages and conversations. A message holds a text, or texts and pictures in any order, as on the hub:

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
    """A part of a content: a text or a picture, under the name of its type."""

    type: Required[Literal["text", "image"]]
    text: str
    image: Shown


Content = str | list[Part]


class Message(TypedDict):
    """A message: its role is one of `ROLES`."""

    role: str
    content: Content


Conversation = list[Message]
ROLES = ("system", "user", "assistant")
KINDS = {"text": str, "image": object}  # the types of parts, and what each has under its name


def parts_of(content: Content) -> list[Part]:
    """Return the parts of a message's content; a text has one part."""
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


def text_of(content: Content) -> str:
    """Return the texts of a content, without its pictures."""
    return " ".join(part["text"] for part in parts_of(content) if part["type"] == "text")


def pictures_of(messages: Conversation) -> list[Shown]:
    """Return the pictures of a conversation, in their order."""
    return [part["image"] for message in messages for part in parts_of(message["content"]) if part["type"] == "image"]


def with_pictures(pictures: Iterable[Shown], text: str) -> list[Part]:
    """Make a content that shows pictures and then says a text."""
    return [*({"type": "image", "image": picture} for picture in pictures), {"type": "text", "text": text}]


def questions_about(pictures: Iterable[Shown], texts: Iterable[str]) -> list[Conversation]:
    """Make conversations that begin with a question about a picture, one for each picture and text."""
    return [
        [{"role": "user", "content": with_pictures([picture], text)}]
        for picture, text in zip(pictures, texts, strict=True)
    ]


def check_pictures(messages: Conversation, sees: bool) -> None:
    """Raise a CourseError where a picture is shown to a model that reads only texts, or by somebody but the user.

    A model learns to say what it sees, not to show something.
    """
    for message in messages:
        if pictures_of([message]) and not sees:
            raise CourseError("there is a picture in the conversation, and the model reads only texts")
        if pictures_of([message]) and message["role"] != "user":
            raise CourseError(f"there is a picture in a message of the {message['role']}; only the user shows pictures")


def check_content(content: object) -> None:
    """Raise a CourseError that goes on after "the message", unless its content says or shows something."""
    if not isinstance(content or "", str | list):
        raise CourseError(f"should be a text, or a list of texts and pictures, got {type(content).__name__}")
    parts = parts_of(content or "")
    for part in parts:
        kind = part.get("type") if isinstance(part, dict) else None
        if kind not in tuple(KINDS) or kind not in part or not isinstance(part[kind], KINDS[kind]):
            raise CourseError(f"should have parts with a text or an image, got {part!r:.60}")
    if not any(part["type"] == "image" or part["text"].strip() for part in parts):
        raise CourseError("is empty")


def check_conversation(messages: Sequence[object], last: str) -> None:
    """Raise a CourseError unless user and assistant take turns and the last message is that of the role `last`.

    A system message may come before the first turn. Every message needs a known role and a content.
    """
    for number, message in enumerate(messages, start=1):
        check_message(message, number)
    first = has_system(messages)
    turns = zip(messages[first:], cycle(("user", "assistant")), strict=False)
    for number, (message, role) in enumerate(turns, start=first + 1):
        if message["role"] != role:
            raise CourseError(
                f"message {number} is the {message['role']}'s, expected the {role}'s: "
                "user and assistant take turns, after one system message at most"
            )
    if not messages or messages[-1]["role"] != last:
        raise CourseError(f"the last of {len(messages)} messages must be the {last}'s")


def check_message(message: object, number: int) -> None:
    """Raise a CourseError that names the message unless it has a known role and says or shows something."""
    if not isinstance(message, dict):
        raise CourseError(f"message {number} should have a role and a content, got {message!r}")
    role = message.get("role")
    if role not in ROLES:
        raise CourseError(f"message {number} has the unknown role {role!r}; expected one of {', '.join(ROLES)}")
    try:
        check_content(message.get("content"))
    except CourseError as error:
        raise CourseError(f"message {number}, the {role}'s, {error}") from None


def fit_context(
    messages: Conversation, prompt: Callable[[Conversation], list[int]], max_length: int
) -> tuple[Conversation, int]:
    """Make a conversation fit: the oldest turns are dropped first; the system message, the last message, and all
    pictures stay.

    Args:
        messages: a conversation, the user's message last.
        prompt: gives the token ids of messages, such as `ChatTemplate.prompt`.
        max_length: the most ids that the prompt may have.

    Returns:
        The messages that stay, and how many turns (a message of the user and its answer) were dropped.

    Raises:
        CourseError: what has to stay is too long.
    """
    kept, dropped = drop_turns(messages, lambda rest: len(prompt(rest)) <= max_length)
    length = len(prompt(kept))
    if length > max_length:
        raise CourseError(
            f"a prompt of {length} tokens is too long, and no earlier turn is left to drop; "
            f"there is room for {max_length}: {shorten(text_of(messages[-1]['content']))}"
        )
    return kept, dropped


def drop_turns(messages: Conversation, fits: Callable[[Conversation], bool]) -> tuple[Conversation, int]:
    """Drop the oldest turns until the rest `fits` or is one turn: the rest, and how many turns were dropped.

    Their pictures stay: what is said later may be about them.
    """
    first = has_system(messages)
    for dropped in range((len(messages) - first + 1) // 2):
        start = first + 2 * dropped
        rest = messages[:first] + with_more_pictures(pictures_of(messages[first:start]), messages[start:])
        if fits(rest):
            break
    return rest, dropped


def with_more_pictures(pictures: Sequence[Shown], messages: Conversation) -> Conversation:
    """Return the messages, with these pictures at the beginning of the first."""
    if not pictures:
        return messages
    parts = [*({"type": "image", "image": picture} for picture in pictures), *parts_of(messages[0]["content"])]
    return [messages[0] | {"content": parts}, *messages[1:]]


def has_system(messages: Conversation) -> int:
    """1 if a system message comes first, else 0."""
    return int(bool(messages) and messages[0]["role"] == "system")


def shorten(text: str, length: int = 40) -> str:
    """Return the beginning of a text, quoted, for an error message."""
    return repr(text if len(text) <= length else text[:length] + "...")
