"""The chat template of a checkpoint: a program in Jinja that writes a conversation as one text."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import NoReturn

from jinja2 import TemplateError, nodes
from jinja2.ext import Extension, loopcontrols
from jinja2.parser import Parser
from jinja2.sandbox import ImmutableSandboxedEnvironment

from course_lib.data.chat import Example, example
from course_lib.data.messages import (
    Conversation,
    check_conversation,
    check_pictures,
    parts_of,
    pictures_of,
    shorten,
    text_of,
)
from course_lib.errors import CourseError
from course_lib.workshop.convert.hub_tokenizer import HubTokenizer


class HubChatTemplate:
    """Writes conversations as the checkpoint was trained on them; to be used as our `ChatTemplate` is.

    The template comes from whoever made the checkpoint, so it runs in Jinja's sandbox. A message that has a special
    token in it is refused: written into the conversation, it could end its message and begin another.

    Args:
        tokenizer: a `HubTokenizer`.
        end_ids: the ids that end an answer.
        image_id, num_visual_tokens: if the model sees, the placeholder that the template writes for a picture, and how
            many of them a picture takes.

    Raises:
        CourseError: the checkpoint has no chat template, or a damaged one, or no token ends an answer.
    """

    def __init__(
        self,
        tokenizer: HubTokenizer,
        end_ids: Iterable[int],
        image_id: int | None = None,
        num_visual_tokens: int | None = None,
    ):
        if not tokenizer.chat_template:
            raise CourseError("the checkpoint has no chat template: it continues texts, but wasn't trained to answer")
        self.tokenizer, self.end_ids = tokenizer, frozenset(end_ids)
        self.image_id, self.num_visual_tokens = image_id, num_visual_tokens
        self.special_texts = set(tokenizer.special_texts())
        if image_id is not None:
            self.special_texts.add(tokenizer.text_of(image_id))
        try:
            self._template = environment().from_string(tokenizer.chat_template)
        except TemplateError as error:
            raise CourseError(f"the checkpoint's chat template can't be read: {error}") from None
        self.end_id = self._usual_end()

    def prompt(self, messages: Conversation) -> list[int]:
        """The token ids of a conversation whose next message is the assistant's.

        Raises:
            CourseError: see `check_conversation` and `check_pictures`; or a message has a special token in it, or the
                template refuses it.
        """
        check_conversation(messages, last="user")
        return self._checked(messages, add_generation_prompt=True)

    def training(self, messages: Conversation, max_length: int | None = None) -> Example:
        """The `Example` of a whole conversation, see `ChatTemplate.training`.

        Raises:
            CourseError: as there and in `prompt`; or the template writes the beginning of a conversation otherwise
                when it goes on, so that nobody can tell what the assistant says.
        """
        return example(messages, self._write, max_length)

    def decode(self, ids: Iterable[int]) -> str:
        """The text of `ids`, without special tokens."""
        return self.tokenizer.decode(ids)

    def _write(self, messages):
        ids = self._checked(messages, add_generation_prompt=False)
        is_completion = [False] * len(ids)
        for number, message in enumerate(messages):
            if message["role"] == "assistant":
                before = self.prompt(messages[:number])
                if ids[: len(before)] != before or self.end_id not in ids[len(before) :]:
                    raise CourseError("the checkpoint's chat template writes a question otherwise when it is answered")
                end = ids.index(self.end_id, len(before)) + 1
                is_completion[len(before) : end] = [True] * (end - len(before))
        return ids, is_completion

    def _checked(self, messages, add_generation_prompt):
        """`_ids`, of messages that can be written."""
        check_pictures(messages, sees=self.image_id is not None)
        for message in messages:
            said = text_of(message["content"])
            found = [text for text in self.special_texts if text in said]
            if found:
                raise CourseError(f"{found[0]} is a special token, and can't be part of {shorten(said)}")
        return self._ids(messages, add_generation_prompt)

    def _ids(self, messages, add_generation_prompt):
        if self.image_id is not None:
            messages = [message | {"content": parts_of(message["content"])} for message in messages]
        settings = self.tokenizer.special_tokens | {"tools": None, "documents": None}
        try:
            text = self._template.render(messages=messages, add_generation_prompt=add_generation_prompt, **settings)
        except Exception as error:  # a template is a program, and may fail like one
            raise CourseError(f"the checkpoint's chat template refuses the conversation: {error}") from None
        ids = self.tokenizer.encode_written(text)
        return ids if self.image_id is None else self._with_places(ids, len(pictures_of(messages)))

    def _with_places(self, ids, count):
        """The ids with a <bos> first, whether the template writes it or not, and a place for each visual token."""
        bos = self.tokenizer.bos_id
        if bos is not None and ids[:1] != [bos]:
            ids = [bos, *ids]
        if ids.count(self.image_id) != count:
            raise CourseError(
                f"the conversation shows {count} pictures, but the checkpoint's chat template writes "
                f"{ids.count(self.image_id)} placeholders"
            )
        return [id for id in ids for _ in range(self.num_visual_tokens if id == self.image_id else 1)]

    def _usual_end(self):
        """Of the ids that may end an answer, the one that the template writes behind one."""
        if not self.end_ids:
            raise CourseError("the checkpoint doesn't say which token ends an answer (eos_token_id)")
        turn = [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]
        written = [id for id in self._ids(turn, add_generation_prompt=False) if id in self.end_ids]
        return written[-1] if written else min(self.end_ids)


class Generation(Extension):
    """{% generation %} ... {% endgeneration %} marks what the assistant says, for training; here it changes nothing."""

    tags = {"generation"}

    def parse(self, parser: Parser) -> nodes.Node:
        line = next(parser.stream).lineno
        return nodes.Scope(parser.parse_statements(["name:endgeneration"], drop_needle=True)).set_lineno(line)


def environment() -> ImmutableSandboxedEnvironment:
    """Jinja as transformers sets it up: templates on the hub count on its rules for spaces and on these functions."""
    made = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=[Generation, loopcontrols])
    made.filters["tojson"] = to_json
    made.globals["raise_exception"] = refuse
    made.globals["strftime_now"] = lambda form: datetime.now().strftime(form)
    return made


def to_json(
    value: object,
    ensure_ascii: bool = False,
    indent: int | None = None,
    separators: tuple[str, str] | None = None,
    sort_keys: bool = False,
) -> str:
    """Jinja's own would write < as an HTML entity."""
    return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


def refuse(message: str) -> NoReturn:
    """How a template says that it has no place for something."""
    raise TemplateError(message)
