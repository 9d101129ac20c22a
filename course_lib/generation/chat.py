"""Conversations: every answer is a completion of all earlier messages (slide "Chat (Decoder-only)")."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

import torch

from course_lib.data import ImageProcessor, Template
from course_lib.data.messages import check_message, fit_context, pictures_of, with_pictures
from course_lib.data.pictures import Picture
from course_lib.errors import CourseError
from course_lib.generation.decoding import TextDecoding
from course_lib.generation.sampling import Choose, likeliest
from course_lib.models.base import Model


@dataclass
class Turn:
    """The statistics of an answer.

    Args:
        dropped: the number of oldest turns that did not fit into the context.
        tokens_read: the number of prompt tokens that were not in the cache yet.
        tokens_written: the number of generated tokens, including the end token.
        seconds: the model's time for the prompt and the answer.
        ended: True if the answer reached its end token.
    """

    dropped: int
    tokens_read: int = 0
    tokens_written: int = 0
    seconds: float = 0.0
    ended: bool = False

    @property
    def tokens_per_second(self) -> float:
        """The generated tokens per second, with the time for the prompt included."""
        return self.tokens_written / self.seconds if self.seconds else 0.0

    def __str__(self):
        stopped = "" if self.ended else ", stopped before its end"
        dropped = f"; oldest turns left out: {self.dropped}" if self.dropped else ""
        return f"{self.tokens_written} tokens, {self.tokens_per_second:,.0f} per second{stopped}{dropped}"


class Chat:
    """A conversation with a model, with its `messages` and a KV cache that grows with them.

    Each picture is encoded once, and `messages` stores its features.

    Args:
        model: a model in eval mode, such as an `Llm` or a `Vlm`.
        template: the chat template, such as a `ChatTemplate`.
        choose: a function from logits to token ids; see `generate`.
        system: the text of the system message. Default: no system message.
        max_new_tokens: the maximum length of an answer. The rest of the context is for the prompt.
        processor: the `ImageProcessor` of a `Vlm`. Default: the model reads only texts.

    Raises:
        CourseError: `max_new_tokens` is out of range, or the system message is empty.
    """

    def __init__(
        self,
        model: Model,
        template: Template,
        choose: Choose = likeliest,
        system: str | None = None,
        max_new_tokens: int = 64,
        processor: ImageProcessor | None = None,
    ):
        self.room = model.config.max_length - max_new_tokens
        if self.room < 1 or max_new_tokens < 1:
            raise CourseError(f"max_new_tokens must be 1 to {model.config.max_length - 1}, got {max_new_tokens}")
        self.model, self.template, self.processor = model, template, processor
        self.choose, self.max_new_tokens = choose, max_new_tokens
        self.system = [] if system is None else [{"role": "system", "content": system}]
        for number, message in enumerate(self.system, start=1):
            check_message(message, number)
        self._answer = None
        self.reset()

    def reset(self) -> None:
        """Start a new conversation."""
        self.stop()
        self.messages, self.turn, self.shown = list(self.system), None, []
        self._forget()

    def show(self, picture: Picture) -> None:
        """Add a picture to the next message.

        Raises:
            CourseError: the picture can't be read, or the model reads only texts.
        """
        self.shown.append(self.encode_images(picture))

    def encode_images(self, picture: Picture) -> torch.Tensor:
        """Return the features of a picture.

        Raises:
            CourseError: see `show`.
        """
        if self.processor is None:
            raise CourseError("the model reads only texts; to show pictures, use a vision model such as --model vlm")
        return self.model.encode_images(self.processor([picture]).to(next(self.model.parameters()).device))[0]

    def say(self, text: str) -> Iterator[str]:
        """Send a message and return an iterator over the pieces of the answer, which are generated on demand.

        The message contains the pictures added by `show`. If the oldest turns no longer fit into the context, they are
        dropped, but their pictures stay.

        If an answer is interrupted by Ctrl-C or not read to its end, `messages` contains the part that was generated.
        If nothing was generated, `messages` does not change.

        Raises:
            CourseError: the text is empty or too long for the context.
        """
        self.stop()
        content = with_pictures(self.shown, text) if self.shown else text
        messages = [*self.messages, {"role": "user", "content": content}]
        kept, dropped = fit_context(messages, self.template.prompt, self.room)
        self.turn, self.shown = Turn(dropped), []
        self._answer = self._pieces(messages, self._complete(kept))
        return self._answer

    def stop(self) -> None:
        """Stop the current answer, if there is one. Its iterator ends."""
        if self._answer:
            self._answer.close()

    def _pieces(self, messages, completion):
        """Yield the text of the ids in `completion` piece by piece, but only complete characters."""
        ids, said = [], ""
        for id in completion:
            ids.append(id)
            piece = self.template.decode(ids).rstrip("\ufffd")[len(said) :]
            said += piece
            if said.strip():
                self.messages = [*messages, {"role": "assistant", "content": said}]
            if piece:
                yield piece

    def _complete(self, messages):
        """Yield the ids of the answer to these messages one by one, without the end token."""
        new = self._unread(self.template.prompt(messages), pictures_of(messages))
        self.turn.tokens_read = len(new)
        for _ in range(self.max_new_tokens):
            started = time.perf_counter()
            id = self._next(new)
            self.turn.seconds += time.perf_counter() - started
            self.turn.tokens_written += 1
            if id in self.template.end_ids:
                self.turn.ended = True
                break
            yield id
            new = [id]

    def _unread(self, prompt, pictures):
        """Return the ids of the prompt that are not in the cache; clear the cache if it doesn't match the prompt.

        Placeholders have equal ids, so the pictures are compared as well. The features of new pictures are passed to
        the model together with their placeholders.
        """
        same = all(seen is picture for seen, picture in zip(self._seen, pictures, strict=False))
        if not same or self._read != prompt[: min(len(self._read), len(prompt) - 1)]:
            self._forget()
        new, self._seen = prompt[len(self._read) :], pictures
        count = new.count(self.template.image_id) // self.template.num_visual_tokens if pictures else 0
        if count:
            features = torch.stack(pictures[-count:])
            self.decoding = TextDecoding(self.model, cache=self.decoding.cache, features=features)
        return new

    @torch.inference_mode()
    def _next(self, new):
        """Process the ids `new` and choose the next token."""
        try:
            logits = self.decoding.next_logits(torch.tensor([new], device=next(self.model.parameters()).device))
        except BaseException:  # even Ctrl-C: only some layers may have the new keys and values
            self._forget()
            raise
        self._read += new
        return int(self.choose(logits))

    def _forget(self):
        """Clear the cache."""
        self.decoding, self._read, self._seen = TextDecoding(self.model), [], []
