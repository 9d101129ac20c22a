"""A server: each text is what it would be alone, whoever comes and goes beside it; and all pages come back."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import torch

from course_lib.errors import CourseError
from course_lib.generation import Server, complete
from course_lib.workshop.fast import fuse
from tests.models.tiny import tiny_llm
from tests.parity import V

END = 2


def prompts(count=16):
    """Of unequal lengths; some begin alike."""
    rng = torch.Generator().manual_seed(3)
    common = torch.randint(3, V, (7,), generator=rng).tolist()
    lengths = torch.randint(1, 11, (count,), generator=rng).tolist()
    rests = [torch.randint(3, V, (n,), generator=rng).tolist() for n in lengths]
    return [common + rest if i % 3 == 0 else rest for i, rest in enumerate(rests)]


def alone(model, prompt, count):
    """What follows a prompt, one by one, its end token counted."""
    [ids] = complete([prompt], model, END, max_new_tokens=count)
    return ids if len(ids) == count else [*ids, END]


def served(server, asked):
    requests = [server.submit(prompt, {END}, max_new_tokens=count) for prompt, count in asked]
    while not all(request.done for request in requests):
        server.step()
    return [request.written for request in requests]


@pytest.mark.parametrize("settings", [{}, {"num_pages": 9, "page_size": 3}, {"max_rows": 3, "page_size": 5}])
def test_sixteen_requests_of_unequal_length_get_the_tokens_of_one_by_one(settings, float64):
    model = tiny_llm(max_length=27, window_sizes=(5, None, 3))
    asked = [(prompt, 3 + i % 7) for i, prompt in enumerate(prompts())]
    for runner in (model, fuse(model)):
        server = Server(runner, **settings)
        assert served(server, asked) == [alone(model, *ask) for ask in asked]
        assert len(server.pool.free) == server.pool.num_pages
        assert not any(server.pool.users)


def test_a_common_beginning_is_read_once():
    model = tiny_llm(max_length=64)
    server, seen = Server(model, page_size=4), []
    model.register_forward_hook(lambda module, given, out: seen.append(given[0].numel()))
    served(server, [([*range(3, 15), 5], 1), ([*range(3, 15), 9, 4], 1), ([8], 1)])
    assert seen == [13, 2, 1]


def test_who_comes_later_joins_the_others_at_their_next_step():
    model = tiny_llm(max_length=64)
    server, seen = Server(model), []
    model.register_forward_hook(lambda module, given, out: seen.append(tuple(given[0].shape)))
    first = server.submit([3, 5, 7], {-1}, max_new_tokens=9)
    server.step()
    server.submit([4, 6], {-1}, max_new_tokens=9)
    server.step()
    server.step()
    assert seen == [(1, 3), (1, 2), (1, 1), (2, 1)]
    assert len(first.written) == 3


@pytest.mark.parametrize("waits", [False, True], ids=["while it is written", "while it waits"])
def test_a_listener_who_leaves_harms_nobody_and_gives_its_pages_back(waits, float64):
    model, asked = tiny_llm(max_length=27), [(prompt, 6) for prompt in prompts(5)]
    server = Server(model, max_rows=1 if waits else 16)
    requests = [server.submit(prompt, {END}, max_new_tokens=count) for prompt, count in asked]
    leaving = server.listen(requests[1])
    if not waits:
        next(leaving)
    else:
        server.step()
    leaving.close()
    server.drop(requests[1])
    others = [0, 2, 3, 4]
    assert [list(server.listen(requests[i])) for i in others] == [alone(model, *asked[i]) for i in others]
    assert len(server.pool.free) == server.pool.num_pages


def test_listeners_in_several_threads_get_each_its_own(float64):
    model, asked = tiny_llm(max_length=27), [(prompt, 6) for prompt in prompts(7)]
    server = Server(model)
    requests = [server.submit(prompt, {END}, max_new_tokens=count) for prompt, count in asked]
    with ThreadPoolExecutor(7) as pool:
        texts = list(pool.map(lambda request: list(server.listen(request)), requests))
    assert texts == [alone(model, *ask) for ask in asked]


def test_after_an_interrupted_step_all_go_on_as_if_it_had_not_begun(float64):
    model, asked = tiny_llm(max_length=27), [(prompt, 6) for prompt in prompts(4)]
    server, calls = Server(model), []
    hook = model.layers[1].register_forward_hook(lambda *_: calls.append(1) or interrupt(len(calls) == 6))
    requests = [server.submit(prompt, {END}, max_new_tokens=count) for prompt, count in asked]
    with pytest.raises(KeyboardInterrupt):
        while True:
            server.step()
    hook.remove()
    assert [list(server.listen(request)) for request in requests] == [alone(model, *ask) for ask in asked]


@pytest.mark.parametrize("call", [1, 2])
def test_after_an_error_while_a_prompt_is_read_the_others_go_on_though_nobody_waits_for_its_text(call, float64):
    model, asked = tiny_llm(max_length=27), [(prompt, 6) for prompt in prompts(4)]
    server, calls = Server(model, max_rows=5), []
    requests = [server.submit(prompt, {END}, max_new_tokens=count) for prompt, count in asked]
    server.step()
    hook = model.layers[1].register_forward_hook(lambda *_: calls.append(1) or interrupt(len(calls) == call))
    later = [server.submit(prompt, {END}, max_new_tokens=6) for prompt in prompts(7)[4:]]
    with pytest.raises(KeyboardInterrupt):
        while True:
            server.step()
    hook.remove()
    assert [list(server.listen(request)) for request in requests] == [alone(model, *ask) for ask in asked]
    assert [list(server.listen(request)) for request in later] == [alone(model, r.prompt, 6) for r in later]
    assert len(server.pool.free) == server.pool.num_pages


def interrupt(now):
    if now:
        raise KeyboardInterrupt


@pytest.mark.parametrize(("prompt", "count"), [([], 3), ([3], 0), ([3] * 20, 8)])
def test_what_can_never_be_served_is_refused(prompt, count):
    with pytest.raises(CourseError, match="must be at least 1 token each and at most 27 together, got"):
        Server(tiny_llm(max_length=27)).submit(prompt, {END}, max_new_tokens=count)
    with pytest.raises(CourseError, match="at most 6 together"):
        Server(tiny_llm(max_length=27), num_pages=2, page_size=3).submit([3] * 5, {END}, max_new_tokens=2)
