"""SmolLM2 answers sixteen people in one batch: each reads what it would read alone, and all pages come back."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from course_lib.data import load_stories
from course_lib.generation import Server, complete
from course_lib.workshop.fast import fuse
from tests.workshop.convert.test_smollm2 import PROMPTS

pytestmark = pytest.mark.slow
PEOPLE = 16


@pytest.fixture(scope="module")
def model(smollm2):
    return fuse(smollm2.model())


@pytest.fixture(scope="module")
def end_id(smollm2):
    return smollm2.chat_template().end_id


@pytest.fixture(scope="module")
def asked(smollm2):
    """Prompts of unequal length, and the most tokens of each answer."""
    template = smollm2.chat_template()
    stories = load_stories("world", "validation")["text"][: PEOPLE - len(PROMPTS)]
    texts = [*PROMPTS, *(f"Tell this story in one sentence: {story}" for story in stories)]
    prompts = [template.prompt([{"role": "user", "content": text}]) for text in texts]
    return [(prompt, 4 + 5 * i % 23) for i, prompt in enumerate(prompts)]


@pytest.fixture(scope="module")
def alone(model, end_id, asked):
    """The ids of each answer, written one by one without a server; its end token counted."""
    answers = [(complete([prompt], model, end_id, max_new_tokens=count)[0], count) for prompt, count in asked]
    return [ids if len(ids) == count else [*ids, end_id] for ids, count in answers]


def submit_all(server, end_id, asked):
    return [server.submit(prompt, {end_id}, max_new_tokens=count) for prompt, count in asked]


def all_pages_are_free(server):
    return len(server.pool.free) == server.pool.num_pages and not any(server.pool.users)


@pytest.mark.parametrize("max_rows", [PEOPLE, 5])
def test_served_together_each_reads_what_it_reads_alone(max_rows, model, end_id, asked, alone):
    server = Server(model, max_rows=max_rows)
    requests = submit_all(server, end_id, asked)
    while not all(request.done for request in requests):
        server.step()
    assert [request.written for request in requests] == alone
    assert all_pages_are_free(server)


def test_those_who_leave_harm_nobody(model, end_id, asked, alone):
    server = Server(model)
    requests = submit_all(server, end_id, asked)

    def listen(number):
        listener = server.listen(requests[number])
        heard = [next(listener)] if number % 3 == 0 else list(listener)
        listener.close()
        return heard

    with ThreadPoolExecutor(PEOPLE) as pool:
        heard = list(pool.map(listen, range(PEOPLE)))
    assert heard == [ids[:1] if number % 3 == 0 else ids for number, ids in enumerate(alone)]
    assert all_pages_are_free(server)
