"""Tokens per second of SmolLM2-135M, written and read, in few bits and in many: ours, transformers, llama.cpp.

Wanted: with weights of the same size 0.9 times llama.cpp's speed or more, prompts read faster than by both, and in
float32 0.8 times what reading every weight once a token allows. llama.cpp's Python binding, llama-cpp-python, takes
part where it is installed.
"""

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from importlib.util import find_spec
from multiprocessing import get_context
from pathlib import Path
from statistics import median

import psutil
import torch
from torch import nn

from course_lib.generation import TextDecoding, generate
from course_lib.workshop.benchmarks.options import Options
from course_lib.workshop.benchmarks.rounds import Table, compare, speed, take_turns
from course_lib.workshop.benchmarks.writers import NEVER, Writing
from course_lib.workshop.convert import GgufCheckpoint, open_checkpoint
from course_lib.workshop.convert.artifacts import ARTIFACTS
from course_lib.workshop.fast import Int8Linear, fuse, pack

NAME, WRITTEN, READ = "smollm2", 64, 500  # tokens
UNIT = "tokens_per_second"
NOT_HERE: Table = [{"name": f"not here yet: course fetch {NAME}", UNIT: None, "ratio": None}]
NO_MODEL = {"prompt_per_second": None, "megabytes": None}
Run = Callable[[torch.Tensor, int], None]  # reads a prompt, 1 T, and writes so many tokens


def measure(options: Options) -> Table:
    """In each round all write the same number of tokens behind a short prompt, and one behind a long one."""
    if not ARTIFACTS[NAME].path.is_file():
        return NOT_HERE
    return contest(open_checkpoint(NAME), options.rounds, WRITTEN, READ)


def contest(checkpoint: GgufCheckpoint, rounds: int, written: int, read: int) -> Table:
    """The rows of a checkpoint; the first has no model: so often a second can all weights be read in float32.

    `prompt_per_second` is how fast a prompt of `read` tokens is read; `megabytes` is what one that has opened the file
    and written once keeps in memory, in a process of its own, its own library counted in, torch left out.
    """
    makers = contestants(checkpoint)
    runs = {name: make() for name, make in makers.items()}
    vocab_size = len(checkpoint.file.settings["tokenizer.ggml.tokens"])
    short, long = Writing(vocab_size, written).prompt, torch.randint(1, vocab_size, (1, read))
    writing = {name: partial(speed, written, partial(run, short, written)) for name, run in runs.items()}
    reading = {name: partial(speed, read, partial(run, long, 1)) for name, run in runs.items()}
    weights = [weight.detach() for weight in checkpoint.model().parameters()]
    bound = {"float32, every weight read once": partial(speed, 1, lambda: [weight.sum() for weight in weights])}
    rates, prompts = compare(take_turns(rounds, bound | writing), UNIT), take_turns(rounds, reading)
    details = {
        name: {"prompt_per_second": median(prompts[name]), "megabytes": megabytes(checkpoint.file.path, name)}
        for name in runs
    }
    return [row | details.get(row["name"], NO_MODEL) for row in rates]


def megabytes(path: Path, name: str) -> float:
    """What the contestant `name` keeps in the memory of a process that does nothing else."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(growth, path, name).result()


def growth(path: Path, name: str) -> float:
    """By how many megabytes this process grows when a contestant opens the file and writes once."""
    checkpoint = open_checkpoint(path)
    make = contestants(checkpoint)[name]
    before = psutil.Process().memory_info().rss
    run = make()
    run(torch.ones(1, 1, dtype=torch.long), 2)
    return (psutil.Process().memory_info().rss - before) / 1e6


def contestants(checkpoint: GgufCheckpoint) -> dict[str, Callable[[], Run]]:
    """Who takes part: name -> what opens it."""
    models = {
        "ours, 4 bits as in the file": lambda: fuse(checkpoint.packed()),
        "ours, 8 bits": lambda: fuse(pack(checkpoint.model(), in_8_bits)),
        "ours, float16": lambda: fuse(pack(checkpoint.model(torch.float16))),
        "ours, float32": lambda: fuse(checkpoint.model()),
        "ours, float32, not fused": checkpoint.model,
    }
    others = {"transformers, float16": torch.float16, "transformers, float32": torch.float32}
    makers = {name: lambda make=make: partial(ours, make()) for name, make in models.items()}
    makers |= {
        name: lambda dtype=dtype: partial(theirs, read_by_transformers(checkpoint, dtype))
        for name, dtype in others.items()
    }
    return makers | ({"llama.cpp": partial(llama_cpp, checkpoint)} if find_spec("llama_cpp") else {})


def in_8_bits(name: str, layer: nn.Module) -> Int8Linear:
    """A packed layer, see `pack`."""
    return Int8Linear(layer.weight.detach(), getattr(layer, "bias", None))


def ours(model: nn.Module, prompt: torch.Tensor, count: int) -> None:
    """A `Run` of a model of ours."""
    generate(TextDecoding(model, max_length=prompt.shape[1] + count), prompt, NEVER)


def read_by_transformers(checkpoint: GgufCheckpoint, dtype: torch.dtype) -> nn.Module:
    """The model that transformers makes of the file."""
    from transformers import AutoModelForCausalLM

    path = checkpoint.file.path
    return AutoModelForCausalLM.from_pretrained(path.parent, gguf_file=path.name, dtype=dtype).eval()


@torch.inference_mode()
def theirs(model: nn.Module, prompt: torch.Tensor, count: int) -> None:
    """A `Run` of a model of transformers."""
    lengths = {"max_new_tokens": count, "min_new_tokens": count}
    model.generate(prompt, attention_mask=torch.ones_like(prompt), do_sample=False, pad_token_id=0, **lengths)


def llama_cpp(checkpoint: GgufCheckpoint) -> Run:
    """llama.cpp, on as many threads as torch."""
    from llama_cpp import Llama

    threads = {"n_threads": torch.get_num_threads(), "n_threads_batch": torch.get_num_threads()}
    model = Llama(str(checkpoint.file.path), n_ctx=1024, verbose=False, **threads)

    def run(prompt, count):
        model.reset()
        ids = model.generate(prompt[0].tolist(), temp=0.0)
        for _ in range(count):
            next(ids)

    return run
