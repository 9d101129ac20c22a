"""Conversations through a `Server`: several chats share decoding steps and common prefixes."""

import time
from collections.abc import Iterator
from contextlib import closing

from course_lib.data import Template
from course_lib.data.messages import Conversation
from course_lib.generation.chat import Chat
from course_lib.generation.server import Server


class ServedChat(Chat):
    """A `Chat` that reads only texts and generates its answers through a server. For the settings, see `Chat`."""

    def __init__(self, server: Server, template: Template, **settings: object):
        super().__init__(server.model, template, **settings)
        self.server, self.room = server, server.max_length - self.max_new_tokens

    def _complete(self, messages: Conversation) -> Iterator[int]:
        """Yield the ids of the answer to these messages one by one, without the end token."""
        prompt, started = self.template.prompt(messages), time.perf_counter()
        request = self.server.submit(prompt, self.template.end_ids, self.choose, self.max_new_tokens)
        with closing(self.server.listen(request)) as ids:
            for id in ids:
                self.turn.tokens_read = len(prompt) - request.shared
                self.turn.tokens_written += 1
                self.turn.seconds = time.perf_counter() - started
                self.turn.ended = id in self.template.end_ids
                if not self.turn.ended:
                    yield id
