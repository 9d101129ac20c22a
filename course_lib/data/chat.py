"""Conversations as one sequence of tokens: chat is completion, given a template (slide "Chat (Decoder-only)").

A message is a dict with `role` and `content`, as on the hub. Written out, a conversation is <bos>, and then for each
message the token of its role, its text, and <eos>:

    <bos> <user> Hello! <eos> <assistant> Hello! How can I help you? <eos>

A picture takes as many placeholders as it has visual tokens. The model exchanges them, one by one, for what it sees:

    <bos> <user> <image> <image> ... <image> What is the color of the car? <eos> <assistant> The car is red. <eos>
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from torch import Tensor

from course_lib.data.messages import (
    ROLES,
    Conversation,
    Message,
    Shown,
    check_conversation,
    check_pictures,
    drop_turns,
    parts_of,
    pictures_of,
    shorten,
    text_of,
)
from course_lib.data.tokenizer import PAD, Tokenizer
from course_lib.errors import CourseError

PLACEHOLDER = "<image>"


@dataclass(frozen=True)
class Example:
    """A conversation to learn from: its token ids, and for each whether it is the assistant's to say.

    `pictures` are those that the conversation shows, in their order, as its messages hold them; to be trained on, each
    is what the tower of a `Vlm` makes of it, P D.
    """

    ids: list[int]
    is_completion: list[bool]
    pictures: Sequence[Shown] = ()

    @property
    def labels(self) -> list[int]:
        """The token to predict after each token: the next one if it is the assistant's, else <pad>."""
        following = zip(self.ids[1:], self.is_completion[1:], strict=True)
        return [id if scored else PAD for id, scored in following] + [PAD]


@runtime_checkable
class Template(Protocol):
    """A way to write conversations as tokens: our `ChatTemplate`, or the `HubChatTemplate` of a checkpoint.

    `end_id` ends an answer that the template writes, any of `end_ids` one that a model generates. If the model sees, a
    picture is `num_visual_tokens` times `image_id`; else both are None.
    """

    end_id: int
    end_ids: Collection[int]
    image_id: int | None
    num_visual_tokens: int | None

    def prompt(self, messages: Conversation) -> list[int]:
        """Return the token ids of a conversation whose next message is the assistant's."""

    def training(self, messages: Conversation, max_length: int | None = None) -> Example:
        """Return the `Example` of a whole conversation."""

    def decode(self, ids: Iterable[int] | Tensor) -> str:
        """The text of `ids`, without special tokens."""


class ChatTemplate:
    """Writes conversations for a model whose tokenizer has the special tokens <system>, <user> and <assistant>.

    No text is ever encoded to a special token, so nobody can type a message that ends itself and begins another, and
    "<image>" in a text is text: only a picture becomes placeholders.

    Args:
        tokenizer: has the special tokens; <image>, too, if the model sees.
        num_visual_tokens: how many a picture takes; None: the model reads only texts.
    """

    def __init__(self, tokenizer: Tokenizer, num_visual_tokens: int | None = None):
        self.tokenizer, self.end_id = tokenizer, tokenizer.eos_id
        self.num_visual_tokens = num_visual_tokens
        self.image_id = None if num_visual_tokens is None else tokenizer.special_id(PLACEHOLDER)
        self.end_ids = {self.end_id}  # any of these ends an answer; a checkpoint from elsewhere may have several
        self.role_ids = {role: tokenizer.special_id(f"<{role}>") for role in ROLES}

    def prompt(self, messages: Conversation) -> list[int]:
        """The token ids of a conversation whose next message is the assistant's; they end in <assistant>.

        Raises:
            CourseError: see `check_conversation`.
        """
        check_conversation(messages, last="user")
        ids, _ = self._write(messages)
        return [*ids, self.role_ids["assistant"]]

    def training(self, messages: Conversation, max_length: int | None = None) -> Example:
        """The `Example` of a whole conversation.

        The assistant is to say the text of its messages, and their <eos>. Above `max_length`, the oldest turns go first
        (see `fit_context`), and then the end of the last answer, <eos> included: nobody learns to stop in mid-sentence.

        Raises:
            CourseError: see `check_conversation`; or `max_length` leaves nothing of the last answer.
        """
        return example(messages, self._write, max_length)

    def decode(self, ids: Iterable[int] | Tensor) -> str:
        """The text of `ids`, without special tokens."""
        return self.tokenizer.decode(ids)

    def content(self, message: Message) -> list[int]:
        """Return the token ids of the content of a message, with <eos> at the end.

        Raises:
            CourseError: see `check_pictures`.
        """
        check_pictures([message], sees=self.image_id is not None)
        ids = []
        for part in parts_of(message["content"]):
            if part["type"] == "image":
                ids += [self.image_id] * self.num_visual_tokens
            else:
                ids += self.tokenizer.encode(part["text"])[:-1]
        return [*ids, self.end_id]

    def _write(self, messages):
        ids, is_completion = [self.tokenizer.bos_id], [False]
        for message in messages:
            text = self.content(message)  # ends in <eos>
            ids += [self.role_ids[message["role"]], *text]
            is_completion += [False] + [message["role"] == "assistant"] * len(text)
        return ids, is_completion


def scored_in_full(texts: Iterable[Sequence[int]]) -> list[Example]:
    """Make texts of ids into `Example`s in which every token but the first is scored."""
    return [Example(list(ids), [False] + [True] * (len(ids) - 1)) for ids in texts]


def example(
    messages: Conversation,
    write: Callable[[Conversation], tuple[list[int], list[bool]]],
    max_length: int | None = None,
) -> Example:
    """The `Example` of a whole conversation, as `ChatTemplate.training` says it.

    `write` gives the token ids of a conversation, and for each whether it is the assistant's to say.
    """
    check_conversation(messages, last="assistant")
    if max_length is not None:
        messages, _ = drop_turns(messages, lambda rest: len(write(rest)[0]) <= max_length)
    ids, is_completion = (column[:max_length] for column in write(messages))
    if not any(is_completion):
        question = shorten(text_of(messages[-2]["content"]))
        raise CourseError(f"{max_length} tokens leave no room for an answer to {question}")
    return Example(ids, is_completion, pictures_of(messages))
