"""A conversation: every answer is the completion of all that was said before (slide "Chat (Decoder-only)")."""

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
    """The cost of an answer.

    `dropped` turns, the oldest ones, did not fit into the context; `tokens_read` are those of the prompt that were not
    in the cache yet; `tokens_written` those of the answer, the end token counted; `seconds` the model's time for both.
    `ended` is whether the answer came to its end token.
    """

    dropped: int
    tokens_read: int = 0
    tokens_written: int = 0
    seconds: float = 0.0
    ended: bool = False

    @property
    def tokens_per_second(self) -> float:
        """How fast the answer was written, reading the prompt included."""
        return self.tokens_written / self.seconds if self.seconds else 0.0

    def __str__(self):
        stopped = "" if self.ended else ", stopped before its end"
        dropped = f"; oldest turns left out: {self.dropped}" if self.dropped else ""
        return f"{self.tokens_written} tokens, {self.tokens_per_second:,.0f} per second{stopped}{dropped}"


class Chat:
    """Talks with a model, and remembers `messages`; one cache grows with the conversation.

    A picture is looked at once; in `messages`, it is what the model's tower made of it.

    Args:
        model: such as an `Llm`, in eval mode; or a `Vlm`.
        template: such as a `ChatTemplate`.
        choose: see `generate`.
        system: the text of a system message.
        max_new_tokens: an answer that hasn't ended by then is cut. The prompt gets the rest of the context.
        processor: the `ImageProcessor` of a `Vlm`; None: the model reads only texts.

    Raises:
        CourseError: the context has no room for answers of `max_new_tokens`, or the system message is empty.
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
        """Show a picture; what is said next is said about it.

        Raises:
            CourseError: it can't be read; or the model reads only texts.
        """
        self.shown.append(self.encode_images(picture))

    def encode_images(self, picture: Picture) -> torch.Tensor:
        """Return the features of a picture, P D. Raises CourseError as `show` does."""
        if self.processor is None:
            raise CourseError("the model reads only texts; one that sees, such as --model vlm, can be shown pictures")
        return self.model.encode_images(self.processor([picture]).to(next(self.model.parameters()).device))[0]

    def say(self, text: str) -> Iterator[str]:
        """Say something; returns the answer as an iterator over pieces of text, which come as they are written.

        The text is about what was shown before it, and all that was shown and said earlier. When the oldest turns no
        longer fit into the context, their pictures stay.

        An answer that is broken off, by Ctrl-C or because nobody asks for the next piece, stays in `messages` as far
        as it came; where nothing was said, the turn did not happen.

        Raises:
            CourseError: the text is empty, or too long for the context even alone.
        """
        self.stop()
        content = with_pictures(self.shown, text) if self.shown else text
        messages = [*self.messages, {"role": "user", "content": content}]
        kept, dropped = fit_context(messages, self.template.prompt, self.room)
        self.turn, self.shown = Turn(dropped), []
        self._answer = self._pieces(messages, self._complete(kept))
        return self._answer

    def stop(self) -> None:
        """Break off the answer that is being given, if any: nobody can ask for more pieces of it."""
        if self._answer:
            self._answer.close()

    def _pieces(self, messages, completion):
        """The text of the ids in `completion`, piece by piece; a letter that takes several tokens waits for them."""
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
        """The ids of the answer to these messages, one by one, without the end token."""
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
        """The ids of the prompt that the cache lacks; it starts anew unless it holds the beginning of the prompt.

        Placeholders look alike, so the pictures in the cache must be those of the prompt, too. Pictures whose
        placeholders are still to be read, the last ones, go to the model with them.
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
        """Take in the ids `new` and choose the one that follows."""
        try:
            logits = self.decoding.next_logits(torch.tensor([new], device=next(self.model.parameters()).device))
        except BaseException:  # Ctrl-C, too: some layers have the new keys and values, others don't
            self._forget()
            raise
        self._read += new
        return int(self.choose(logits))

    def _forget(self):
        """Empty the cache."""
        self.decoding, self._read, self._seen = TextDecoding(self.model), [], []
