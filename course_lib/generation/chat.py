"""A chat with a model, where each answer is a completion of the messages so far (slide "Chat (Decoder-only)")."""

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
    """The statistics of one answer in a chat.

    Args:
        dropped: the number of old turns that were dropped because they did not fit into the context.
        tokens_read: the number of prompt tokens that were processed because they were not in the cache yet.
        tokens_written: the number of generated tokens, including the end token.
        seconds: the time that the model took for the prompt and the answer.
        ended: True if the model generated the end token.
    """

    dropped: int
    tokens_read: int = 0
    tokens_written: int = 0
    seconds: float = 0.0
    ended: bool = False

    @property
    def tokens_per_second(self) -> float:
        """The number of generated tokens per second. The time for processing the prompt is included."""
        return self.tokens_written / self.seconds if self.seconds else 0.0

    def __str__(self):
        stopped = "" if self.ended else ", stopped before its end"
        dropped = f"; oldest turns left out: {self.dropped}" if self.dropped else ""
        return f"{self.tokens_written} tokens, {self.tokens_per_second:,.0f} per second{stopped}{dropped}"


class Chat:
    """A conversation with a model, which stores the messages so far and a KV cache for them.

    Each picture is encoded only once, and its features are stored in `messages`.

    Args:
        model: a model in eval mode, such as an `Llm` or a `Vlm`.
        template: the chat template, such as a `ChatTemplate`.
        choose: a function that chooses token ids from logits; see `generate`.
        system: the text of the system message. Default: no system message.
        max_new_tokens: the maximum length of an answer. The rest of the context is for the prompt.
        processor: the `ImageProcessor` of a `Vlm`. Default: the model accepts only text.

    Raises:
        CourseError: `max_new_tokens` leaves no room for a prompt or an answer, or the system message is empty.
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
            raise CourseError(f"max_new_tokens must be from 1 to {model.config.max_length - 1}, got {max_new_tokens}")
        self.model, self.template, self.processor = model, template, processor
        self.choose, self.max_new_tokens = choose, max_new_tokens
        self.system = [] if system is None else [{"role": "system", "content": system}]
        for number, message in enumerate(self.system, start=1):
            check_message(message, number)
        self._answer = None
        self.reset()

    def reset(self) -> None:
        """Start a new conversation with only the system message, if there is one."""
        self.stop()
        self.messages, self.turn, self.shown = list(self.system), None, []
        self._forget()

    def show(self, picture: Picture) -> None:
        """Attach a picture to the next message.

        Raises:
            CourseError: the picture can't be read, or the model accepts only text.
        """
        self.shown.append(self.encode_images(picture))

    def encode_images(self, picture: Picture) -> torch.Tensor:
        """Compute the features of a picture with the model's vision tower.

        Raises:
            CourseError: the picture can't be read, or the model accepts only text.
        """
        if self.processor is None:
            raise CourseError(
                "pictures can't be shown to this model, because it reads only text; choose a vision language model, "
                "for example with --model vlm"
            )
        return self.model.encode_images(self.processor([picture]).to(next(self.model.parameters()).device))[0]

    def say(self, text: str) -> Iterator[str]:
        """Send a message, and return an iterator that generates the answer piece by piece.

        The message includes the pictures attached with `show`. If the conversation no longer fits into the context, its
        oldest turns are dropped, but their pictures are kept.

        If you press Ctrl-C or stop iterating before the answer ends, `messages` contains the part of the answer that
        was generated. If nothing was generated, `messages` does not change.

        Args:
            text: the text of the message.

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
        """Stop generating the current answer, if there is one."""
        if self._answer:
            self._answer.close()

    def _pieces(self, messages, completion):
        """Decode the answer as it is generated, add it to the messages, and yield its text piece by piece.

        A character can consist of several tokens, so a piece is yielded only when its characters are complete.
        """
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
        """Generate the answer to these messages, and yield its token ids one by one, without the end token."""
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
        """Return the token ids of the prompt that are not in the cache yet.

        If the cache doesn't match the beginning of the prompt, it is cleared first. The placeholders of all pictures
        have the same id, so the pictures are compared too. The features of new pictures are passed to the model
        together with their placeholders.
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
        """Run the model on the token ids `new`, and choose the next token."""
        try:
            logits = self.decoding.next_logits(torch.tensor([new], device=next(self.model.parameters()).device))
        except BaseException:  # also Ctrl-C: perhaps only some layers have cached the new keys and values
            self._forget()
            raise
        self._read += new
        return int(self.choose(logits))

    def _forget(self):
        """Clear the KV cache, and forget which tokens and pictures it contained."""
        self.decoding, self._read, self._seen = TextDecoding(self.model), [], []
