"""A server with continuous batching: requests join and leave the batch between steps (Yu et al. 2022, section 3)."""

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
    """A request to complete a prompt, and its state on the server.

    The arguments are those of `Server.submit`. The attribute `written` contains the token ids generated so far,
    including the end token.
    """

    def __init__(self, prompt: Sequence[int], end_ids: Collection[int], choose: Choose, max_new_tokens: int):
        self.prompt, self.end_ids, self.choose, self.max_new_tokens = list(prompt), end_ids, choose, max_new_tokens
        self.written, self.table, self.shared, self.done = [], None, 0, False

    @property
    def ids(self) -> list[int]:
        """The token ids of the prompt, followed by those generated so far."""
        return self.prompt + self.written

    def take(self, id: int) -> None:
        """Append a generated token, and mark the request as done if this is an end token or the last one allowed."""
        self.written.append(id)
        self.done = id in self.end_ids or len(self.written) == self.max_new_tokens


class Server:
    """A server that completes many prompts at the same time and stores their keys and values in one pool of pages.

    Args:
        model: a model in eval mode, such as an `Llm`.
        num_pages: the number of pages in the pool.
        page_size: the number of positions per page.
        max_rows: the maximum number of requests that run at the same time. Other requests wait in a queue.

    Raises:
        CourseError: the model has recurrent layers, which have no keys and values to cache.
    """

    def __init__(self, model: Model, num_pages: int = 512, page_size: int = 16, max_rows: int = 16):
        if any(getattr(part, "is_recurrent", False) for part in model.modules()):
            raise CourseError(
                "the server can't run a model with recurrent layers, because they have no keys and values to cache; "
                "use `complete` instead"
            )
        self.model, self.max_rows, self.pool = model, max_rows, PagePool(num_pages, page_size)
        self.max_length = min(model.config.max_length, num_pages * page_size)
        self.waiting, self.running, self.lock = deque(), [], Lock()

    def submit(
        self, prompt: Sequence[int], end_ids: Collection[int], choose: Choose = likeliest, max_new_tokens: int = 64
    ) -> Request:
        """Add a request to the waiting queue, and return it. Call `listen` to get its tokens.

        Args:
            prompt: the token ids to complete.
            end_ids: the ids of the tokens that end a completion.
            choose: a function that chooses a token id from logits; see `generate`. The logits are those of this request
                only, with shape 1 V.
            max_new_tokens: the maximum length of the completion.

        Raises:
            CourseError: the prompt is empty, `max_new_tokens` is below 1, or the prompt and the new tokens together
                don't fit into the model's context or into the pool.
        """
        if not prompt or max_new_tokens < 1 or len(prompt) + max_new_tokens > self.max_length:
            raise CourseError(
                f"the prompt and max_new_tokens must be at least 1 token each and at most {self.max_length} together, "
                f"got {len(prompt)} and {max_new_tokens}"
            )
        request = Request(prompt, end_ids, choose, max_new_tokens)
        self.waiting.append(request)
        return request

    def listen(self, request: Request) -> Iterator[int]:
        """Yield the token ids of a request as they are generated.

        If the next token has not been generated yet, this runs a decoding step for all requests. Several threads can
        listen at the same time, each to its own request. If a listener stops early, its request is canceled and its
        pages are freed.
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
        """Admit waiting requests and process their prompts, then generate a token for each of the other requests."""
        going = list(self.running)
        while self.waiting and len(self.running) < self.max_rows and self.admit(self.waiting[0]):
            self.running.append(self.waiting.popleft())
            self.advance(self.running[-1:])
        if going:
            self.advance(going)

    def admit(self, request: Request) -> bool:
        """Reserve enough pages for the maximum length of a request, and return False if there are too few."""
        request.table = self.pool.open(request.prompt, len(request.prompt) + request.max_new_tokens)
        if request.table is not None:
            request.shared = request.table.length
        return request.table is not None

    def advance(self, requests: list[Request]) -> None:
        """Generate the next token of each request, and remove the requests that are done.

        If an error occurs, the requests return to their state before this call. A request whose prompt was not
        processed goes back to the front of the waiting queue.

        Args:
            requests: running requests, which must all have the same number of tokens that are not cached yet.
        """
        before = [request.table.length for request in requests]
        try:
            chosen = self.choose(requests)
        except BaseException:  # also Ctrl-C: perhaps only some layers have cached the new keys and values
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
        """Return the next token of each request."""
        device = next(self.model.parameters()).device
        unread = torch.tensor([request.ids[request.table.length :] for request in requests], device=device)
        cache = PagedCache(self.pool, [request.table for request in requests], self.model.config.num_layers)
        logits = self.model(unread, cache=cache, keep=LAST)
        if self.model.suppressed:
            logits[:, self.model.suppressed] = -torch.inf
        return [int(request.choose(row)) for request, row in zip(requests, logits.split(1), strict=True)]

    def drop(self, request: Request) -> None:
        """Remove a request that is done or canceled, and free its pages."""
        request.done = True
        if request in self.waiting:
            self.waiting.remove(request)
        if request in self.running:
            self.running.remove(request)
            self.pool.remember(request.table, request.ids)
            self.pool.close(request.table)
