"""A conversation about pictures: each is looked at once, and stays in the cache with what was said about it."""

import torch

from course_lib.data.chat import fit_context
from course_lib.data.parts import parts_of, pictures_of, with_pictures
from course_lib.generation.chat import Chat


class VisualChat(Chat):
    """A `Chat` with a `Vlm` that can be shown pictures.

    In `messages`, pictures are what the model's tower made of them. When the oldest turns no longer fit into the
    context, their pictures stay: they go to the oldest message that is left.

    Args:
        model, template: a `Vlm` and its `VisualChatTemplate`.
        processor: its `ImageProcessor`.
        settings: the other arguments of a `Chat`.
    """

    def __init__(self, model, template, processor, **settings):
        self.processor = processor
        super().__init__(model, template, **settings)

    def reset(self):
        """Start a new conversation, without pictures."""
        super().reset()
        self.shown, self._read_pictures = [], []

    def show(self, picture):
        """Show a picture, of whatever `open_picture` takes; what is said next is said about it.

        Raises:
            CourseError: it can't be read.
        """
        self.shown.append(self.look(picture))

    def look(self, picture):
        """What the model's tower makes of a picture, 1 P D."""
        return self.model.look(self.processor([picture]).to(next(self.model.parameters()).device))

    def say(self, text):
        """As in `Chat`; the text is about what was shown before it, and all that was shown and said earlier."""
        answer = super().say(text)
        self.shown = []
        return answer

    def _message(self, text):
        return {"role": "user", "content": with_pictures(self.shown, text) if self.shown else text}

    def _fit(self, messages):
        kept, dropped = fit_context(
            messages, lambda rest: self.template.prompt(with_all_pictures(rest, messages)), self.room
        )
        return with_all_pictures(kept, messages), dropped

    def _complete(self, messages):
        """As in `Chat`; since placeholders look alike, the pictures in the cache must be those of the messages, too."""
        pictures = pictures_of(messages)
        if any(read is not picture for read, picture in zip(self._read_pictures, pictures, strict=False)):
            self._forget()
        self._read_pictures = pictures
        return super()._complete(messages)

    def _inputs(self, messages, new):
        """The pictures whose placeholders are among `new`: the last ones."""
        count = new.count(self.template.image_id) // self.template.num_visual_tokens
        return {"features": torch.cat(pictures_of(messages)[-count:])} if count else {}


def with_all_pictures(rest, messages):
    """The messages `rest`, the end of `messages`, with the pictures of those left out in its first question."""
    pictures = pictures_of(messages)
    lost = pictures[: len(pictures) - len(pictures_of(rest))]
    first = next((number for number, message in enumerate(rest) if message["role"] == "user"), 0)
    parts = [*({"type": "image", "image": picture} for picture in lost), *parts_of(rest[first]["content"])]
    return [*rest[:first], rest[first] | {"content": parts}, *rest[first + 1 :]] if lost else rest
