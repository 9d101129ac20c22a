"""Tokens per second that SmolLM2 writes for sixteen people: all in one batch, against one after the other.

Their prompts have 17 to 77 tokens, their answers 9 to 54. The time to read the prompts is counted in.
"""

from functools import partial

import torch

from course_lib.generation import Server
from course_lib.models.base import Model
from course_lib.workshop.benchmarks.options import Options
from course_lib.workshop.benchmarks.rounds import Table, race, speed
from course_lib.workshop.benchmarks.smollm2 import NAME, NOT_HERE, ours
from course_lib.workshop.convert import open_checkpoint
from course_lib.workshop.convert.artifacts import ARTIFACTS
from course_lib.workshop.fast import fuse

PEOPLE = 16
Asked = list[tuple[torch.Tensor, int]]  # a prompt, 1 T, and how many tokens are to be written behind it


def measure(options: Options) -> Table:
    """Both take turns, once with the weights in 4 bits and once in float32."""
    if not ARTIFACTS[NAME].path.is_file():
        return NOT_HERE
    checkpoint = open_checkpoint(NAME)
    makers = {"4 bits as in the file": checkpoint.packed, "float32": checkpoint.model}
    return [row for name, make in makers.items() for row in contest(name, fuse(make()), options.rounds, PEOPLE)]


def contest(name: str, model: Model, rounds: int, people: int) -> Table:
    """The two rows of a model."""
    lengths = [(17 + 23 * i % 61, 9 + 19 * i % 46) for i in range(people)]
    asked = [(torch.randint(1, model.config.vocab_size, (1, read)), written) for read, written in lengths]
    ways = {f"{name}, {people} in one batch": together, f"{name}, one after the other": one_by_one}
    count = sum(written for _, written in asked)
    runs = {way: partial(speed, count, partial(run, model, asked)) for way, run in ways.items()}
    return race(rounds, "tokens_per_second", runs)


def together(model: Model, asked: Asked) -> None:
    """A server answers all."""
    server = Server(model, max_rows=len(asked))
    requests = [server.submit(prompt[0].tolist(), (), max_new_tokens=count) for prompt, count in asked]
    while not all(request.done for request in requests):
        server.step()


def one_by_one(model: Model, asked: Asked) -> None:
    """Each has the model for itself until the answer is written."""
    for prompt, count in asked:
        ours(model, prompt, count)
