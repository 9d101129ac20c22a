"""A device that is forgotten in the library is an error on the pretend device: the code is broken on purpose."""

import importlib
import inspect
from contextlib import contextmanager

import pytest
import torch

from course_lib.data.rows import pad
from course_lib.data.tokenizer import BOS, EOS
from tests.models.tiny import tiny_llm
from tests.pretend_device import UNAVAILABLE, pretend_device

pytestmark = pytest.mark.skipif(bool(UNAVAILABLE), reason=UNAVAILABLE)


@pytest.fixture
def device():
    with pretend_device() as device:
        yield device


TEXTS = [[BOS, *range(3, n), EOS] for n in (5, 9, 7)]


@contextmanager
def broken(name, right, wrong):
    """The module `name` with a mistake in its source."""
    module = importlib.import_module(name)
    source, before = inspect.getsource(module), dict(vars(module))
    assert right in source
    exec(compile(source.replace(right, wrong), module.__file__, "exec"), vars(module))
    yield module
    vars(module).update(before)


FORGOTTEN = {
    ".to(device)": (
        "course_lib.generation.completion",
        ("(x.to(device) for x in pad_left(prompts))", "pad_left(prompts)"),
        lambda module, device: module.complete([[1, 3]], tiny_llm().to(device), EOS),
    ),
    "device=": (
        "course_lib.generation.rollouts",
        ("torch.zeros(tokens.shape, device=tokens.device)", "torch.zeros(tokens.shape)"),
        lambda module, device: module.label_log_probabilities(
            tiny_llm().to(device), pad(TEXTS).to(device), pad(TEXTS).to(device)
        ),
    ),
    "device= of arange": (
        "course_lib.objectives.contrastive",
        ("torch.arange(len(logits), device=logits.device)", "torch.arange(len(logits))"),
        lambda module, device: module.contrastive(torch.randn(3, 3, device=device)),
    ),
}


@pytest.mark.parametrize(("name", "change", "use"), FORGOTTEN.values(), ids=FORGOTTEN)
def test_a_forgotten_device_is_an_error(name, change, use, device):
    use(importlib.import_module(name), device)
    with broken(name, *change) as module, pytest.raises(RuntimeError, match="Expected all tensors on the same device"):
        use(module, device)
