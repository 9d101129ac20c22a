"""One model for many: requests come and go, and all that are there share the next step (Yu et al. 2022, section 3)."""

from collections import deque
from collections.abc import Collection, Iterator, Sequence
from threading import Lock

import torch

from course_lib.errors import CourseError
from course_lib.generation.decoding import LAST
from course_lib.generation.sampling import Choose, likeliest
from course_lib.models.base import Model
from course_lib.nn import PagedCache, PagePool


class Request:
    """A prompt that is gone on with: `written` grows until it is `done`, its end token counted. See `Server.submit`."""

    def __init__(self, prompt: Sequence[int], end_ids: Collection[int], choose: Choose, max_new_tokens: int):
        self.prompt, self.end_ids, self.choose, self.max_new_tokens = list(prompt), end_ids, choose, max_new_tokens
        self.written, self.table, self.shared, self.done = [], None, 0, False

    @property
    def ids(self) -> list[int]:
        """The text so far."""
        return self.prompt + self.written

    def take(self, id: int) -> None:
        """The next token has been chosen."""
        self.written.append(id)
        self.done = id in self.end_ids or len(self.written) == self.max_new_tokens


class Server:
    """Goes on with the texts of many requests; their keys and values lie in one pool of pages.

    Args:
        model: such as an `Llm`, in eval mode.
        num_pages: of the pool.
        page_size: positions in a page.
        max_rows: requests that are written at once; the others wait.

    Raises:
        CourseError: a layer of the model keeps something else than keys and values.
    """

    def __init__(self, model: Model, num_pages: int = 512, page_size: int = 16, max_rows: int = 16):
        if any(getattr(part, "is_recurrent", False) for part in model.modules()):
            raise CourseError("a layer that keeps a state instead of keys and values has nothing to put into pages")
        self.model, self.max_rows, self.pool = model, max_rows, PagePool(num_pages, page_size)
        self.max_length = min(model.config.max_length, num_pages * page_size)
        self.waiting, self.running, self.lock = deque(), [], Lock()

    def submit(
        self, prompt: Sequence[int], end_ids: Collection[int], choose: Choose = likeliest, max_new_tokens: int = 64
    ) -> Request:
        """Ask for a text to be gone on with. It is written by `step`, which `listen` calls.

        Args:
            prompt: token ids.
            end_ids: those that end a text.
            choose: see `generate`; it gets the logits of this text alone, 1 V.
            max_new_tokens: a text that hasn't ended by then is cut.

        Raises:
            CourseError: an empty prompt, or a text that may outgrow the model's context or the pool.
        """
        if not prompt or max_new_tokens < 1 or len(prompt) + max_new_tokens > self.max_length:
            raise CourseError(
                f"prompt and answer need 1 token or more each, and together {self.max_length} at most; got "
                f"{len(prompt)} and {max_new_tokens}"
            )
        request = Request(prompt, end_ids, choose, max_new_tokens)
        self.waiting.append(request)
        return request

    def listen(self, request: Request) -> Iterator[int]:
        """The ids of a request as they come. Whoever waits for one lets the model take a step, for all requests.

        Several threads may listen, each to its own. A listener who leaves takes the request along.
        """
        given = 0
        try:
            while given < len(request.written) or not request.done:
                with self.lock:
                    if given == len(request.written):
                        self.step()
                yield from request.written[given : (given := len(request.written))]
        finally:
            with self.lock:
                self.drop(request)

    @torch.inference_mode()
    def step(self) -> None:
        """A token more for each text that is there; the prompts of those that come in are read first."""
        going = list(self.running)
        while self.waiting and len(self.running) < self.max_rows and self.admit(self.waiting[0]):
            self.running.append(self.waiting.popleft())
            self.advance(self.running[-1:])
        if going:
            self.advance(going)

    def admit(self, request: Request) -> bool:
        """Return True if there are pages for a text at its longest, which it then has."""
        request.table = self.pool.open(request.prompt, len(request.prompt) + request.max_new_tokens)
        if request.table is not None:
            request.shared = request.table.length
        return request.table is not None

    def advance(self, requests: list[Request]) -> None:
        """Read what each text has of unread tokens, as many for all, and choose the token that follows.

        After an error, all is as before: a text whose prompt was not read waits again.
        """
        before = [request.table.length for request in requests]
        try:
            chosen = self.choose(requests)
        except BaseException:  # Ctrl-C, too: some layers have the new keys and values, others don't
            for request, length in zip(requests, before, strict=True):
                request.table.length = length
                if not request.written:
                    self.running.remove(request)
                    self.pool.close(request.table)
                    self.waiting.appendleft(request)
            raise
        for request, id in zip(requests, chosen, strict=True):
            if not request.written:
                self.pool.remember(request.table, request.prompt)
            request.take(id)
            if request.done:
                self.drop(request)

    def choose(self, requests: list[Request]) -> list[int]:
        """The token that follows each text."""
        device = next(self.model.parameters()).device
        unread = torch.tensor([request.ids[request.table.length :] for request in requests], device=device)
        cache = PagedCache(self.pool, [request.table for request in requests], self.model.config.num_layers)
        logits = self.model(unread, cache=cache, keep=LAST)
        if self.model.suppressed:
            logits[:, self.model.suppressed] = -torch.inf
        return [int(request.choose(row)) for request, row in zip(requests, logits.split(1), strict=True)]

    def drop(self, request: Request) -> None:
        """A request has all it asked for, or nobody waits for it any more: its pages are free."""
        request.done = True
        if request in self.waiting:
            self.waiting.remove(request)
        if request in self.running:
            self.running.remove(request)
            self.pool.remember(request.table, request.ids)
            self.pool.close(request.table)
