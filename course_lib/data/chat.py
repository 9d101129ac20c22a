"""Conversations as one sequence of tokens: chat is completion with a template (slide "Chat (Decoder-only)").

A message is a dict with `role` and `content`, as on the Hugging Face hub. A conversation becomes <bos>, followed by the
role token, the text, and <eos> of each message:

    <bos> <user> Hello! <eos> <assistant> Hello! How can I help you? <eos>

A picture becomes one placeholder per visual token. The model replaces the placeholders by the picture's features:

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
    """A conversation for training.

    Args:
        ids: its token ids.
        is_completion: True for each token that the assistant should generate.
        pictures: the pictures in order. For training, these are the features P D computed by the vision tower of a
            `Vlm`.
    """

    ids: list[int]
    is_completion: list[bool]
    pictures: Sequence[Shown] = ()

    @property
    def labels(self) -> list[int]:
        """The token to predict after each token: the next one if it belongs to the assistant, else <pad>."""
        following = zip(self.ids[1:], self.is_completion[1:], strict=True)
        return [id if scored else PAD for id, scored in following] + [PAD]


@runtime_checkable
class Template(Protocol):
    """The interface of a chat template: our `ChatTemplate`, or the `HubChatTemplate` of a checkpoint.

    The template ends an answer with `end_id`. The model can end one with any of `end_ids`. A picture becomes
    `num_visual_tokens` times `image_id`; both are None if the model reads only texts.
    """

    end_id: int
    end_ids: Collection[int]
    image_id: int | None
    num_visual_tokens: int | None

    def prompt(self, messages: Conversation) -> list[int]:
        """Return the token ids of a conversation, ready for the assistant's next message."""

    def training(self, messages: Conversation, max_length: int | None = None) -> Example:
        """Return a whole conversation as an `Example`."""

    def decode(self, ids: Iterable[int] | Tensor) -> str:
        """Return the text of `ids`, without special tokens."""


class ChatTemplate:
    """A chat template for tokenizers with the special tokens <system>, <user>, and <assistant>.

    Text is never encoded as a special token. So a user can't end their message and start another one, and "<image>" in
    a text stays text.

    Args:
        tokenizer: a tokenizer with these special tokens, and with <image> for pictures.
        num_visual_tokens: the number of tokens per picture. Default: the model reads only texts.
    """

    def __init__(self, tokenizer: Tokenizer, num_visual_tokens: int | None = None):
        self.tokenizer, self.end_id = tokenizer, tokenizer.eos_id
        self.num_visual_tokens = num_visual_tokens
        self.image_id = None if num_visual_tokens is None else tokenizer.special_id(PLACEHOLDER)
        self.end_ids = {self.end_id}  # other templates can have several end tokens
        self.role_ids = {role: tokenizer.special_id(f"<{role}>") for role in ROLES}

    def prompt(self, messages: Conversation) -> list[int]:
        """Return the token ids of a conversation, ready for the assistant's next message. They end in <assistant>.

        Raises:
            CourseError: see `check_conversation`.
        """
        check_conversation(messages, last="user")
        ids, _ = self._write(messages)
        return [*ids, self.role_ids["assistant"]]

    def training(self, messages: Conversation, max_length: int | None = None) -> Example:
        """Return a whole conversation as an `Example`.

        The labels are the texts of the assistant's messages and their <eos>. If the conversation is longer than
        `max_length`, the oldest turns are dropped (see `fit_context`). If it is still too long, the last answer is cut
        and its <eos> removed, so that the model does not learn to stop in mid-sentence.

        Raises:
            CourseError: see `check_conversation`; or `max_length` leaves no room for the last answer.
        """
        return example(messages, self._write, max_length)

    def decode(self, ids: Iterable[int] | Tensor) -> str:
        """Return the text of `ids`, without special tokens."""
        return self.tokenizer.decode(ids)

    def content(self, message: Message) -> list[int]:
        """Return the token ids of a message's content, with <eos> at the end.

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
    """Convert lists of token ids into `Example`s whose labels are all tokens but the first."""
    return [Example(list(ids), [False] + [True] * (len(ids) - 1)) for ids in texts]


def example(
    messages: Conversation,
    write: Callable[[Conversation], tuple[list[int], list[bool]]],
    max_length: int | None = None,
) -> Example:
    """Return a whole conversation as an `Example`; see `ChatTemplate.training`.

    Args:
        messages: the conversation.
        write: a function from a conversation to its token ids, and True for each token that the assistant should
            generate.
        max_length: the maximum number of tokens. Default: no limit.

    Raises:
        CourseError: see `ChatTemplate.training`.
    """
    check_conversation(messages, last="assistant")
    if max_length is not None:
        messages, _ = drop_turns(messages, lambda rest: len(write(rest)[0]) <= max_length)
    ids, is_completion = (column[:max_length] for column in write(messages))
    if not any(is_completion):
        question = shorten(text_of(messages[-2]["content"]))
        raise CourseError(f"{max_length} tokens leave no room for an answer to {question}")
    return Example(ids, is_completion, pictures_of(messages))
