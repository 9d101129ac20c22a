"""Chat templates, which turn a conversation into one token sequence to complete (slide "Chat (Decoder-only)").

A message is a dict with `role` and `content`, as on the Hugging Face hub. A conversation starts with <bos>.
Then each message adds its role token, its text, and <eos>:

    <bos> <user> Hello! <eos> <assistant> Hello! How can I help you? <eos>

A picture becomes one placeholder per visual token. The model replaces the placeholders with the picture's features:

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
    """A tokenized conversation for training, with a mask of the tokens that the assistant should generate.

    Args:
        ids: the token ids of the conversation.
        is_completion: True for each token that the assistant should generate.
        pictures: the pictures in order. For training, each picture is replaced with its features, P D, which the
            vision tower of a `Vlm` computes.
    """

    ids: list[int]
    is_completion: list[bool]
    pictures: Sequence[Shown] = ()

    @property
    def labels(self) -> list[int]:
        """The label at each position: the next token if the assistant should generate it, otherwise <pad>."""
        following = zip(self.ids[1:], self.is_completion[1:], strict=True)
        return [id if scored else PAD for id, scored in following] + [PAD]


@runtime_checkable
class Template(Protocol):
    """The interface of chat templates, such as our `ChatTemplate` and the `HubChatTemplate` of a checkpoint.

    The template ends each answer with `end_id`, but a model may end its answer with any of `end_ids`. Each picture
    becomes `num_visual_tokens` copies of `image_id`. Both are None if the model reads only text.
    """

    end_id: int
    end_ids: Collection[int]
    image_id: int | None
    num_visual_tokens: int | None

    def prompt(self, messages: Conversation) -> list[int]:
        """Return the token ids of a conversation, up to the point where the assistant's next message starts."""

    def training(self, messages: Conversation, max_length: int | None = None) -> Example:
        """Convert a whole conversation into an `Example` for training."""

    def decode(self, ids: Iterable[int] | Tensor) -> str:
        """Return the text that `ids` encode, without special tokens."""


class ChatTemplate:
    """A chat template that starts each message with a role token: <system>, <user>, or <assistant>.

    Text is never encoded as a special token. Therefore, users can't end their own message and start another one, and
    "<image>" in a text remains plain text.

    Args:
        tokenizer: a tokenizer with the role tokens, and with <image> if the model reads pictures.
        num_visual_tokens: the number of visual tokens per picture. Default: None, for a model that reads only text.
    """

    def __init__(self, tokenizer: Tokenizer, num_visual_tokens: int | None = None):
        self.tokenizer, self.end_id = tokenizer, tokenizer.eos_id
        self.num_visual_tokens = num_visual_tokens
        self.image_id = None if num_visual_tokens is None else tokenizer.special_id(PLACEHOLDER)
        self.end_ids = {self.end_id}  # other templates can have several end tokens
        self.role_ids = {role: tokenizer.special_id(f"<{role}>") for role in ROLES}

    def prompt(self, messages: Conversation) -> list[int]:
        """Return the token ids of a conversation, ending with <assistant>, so that the model generates an answer.

        Raises:
            CourseError: the conversation is invalid, or it does not end with a user message (see
                `check_conversation`).
        """
        check_conversation(messages, last="user")
        ids, _ = self._write(messages)
        return [*ids, self.role_ids["assistant"]]

    def training(self, messages: Conversation, max_length: int | None = None) -> Example:
        """Convert a whole conversation into an `Example` for training.

        The labels are the tokens of the assistant's messages, including <eos>. If the conversation is longer than
        `max_length`, the oldest turns are dropped (see `fit_context`). If it is still too long, the last answer is cut
        off without an <eos>, so that the model does not learn to stop in mid-sentence.

        Raises:
            CourseError: the conversation is invalid (see `check_conversation`), or `max_length` leaves no room for the
                last answer.
        """
        return example(messages, self._write, max_length)

    def decode(self, ids: Iterable[int] | Tensor) -> str:
        """Return the text that `ids` encode, without special tokens."""
        return self.tokenizer.decode(ids)

    def content(self, message: Message) -> list[int]:
        """Return the token ids of a message's content, with <eos> at the end.

        Raises:
            CourseError: the message can't contain pictures (see `check_pictures`).
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
    """Convert lists of token ids into `Example`s in which every token except the first is a label."""
    return [Example(list(ids), [False] + [True] * (len(ids) - 1)) for ids in texts]


def example(
    messages: Conversation,
    write: Callable[[Conversation], tuple[list[int], list[bool]]],
    max_length: int | None = None,
) -> Example:
    """Convert a whole conversation into an `Example` for training; see `ChatTemplate.training`.

    Args:
        messages: the conversation.
        write: a function that tokenizes a conversation. It returns the token ids and a list with True for each token
            that the assistant should generate.
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
        raise CourseError(f"max_length must leave room for an answer to {question}, got {max_length}; use a larger one")
    return Example(ids, is_completion, pictures_of(messages))
