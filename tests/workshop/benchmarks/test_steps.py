"""The benchmarks of vision models: rows of both for each shape, at tiny sizes; how fast things are is not tested."""

import pytest
import torch
from torch import nn

from course_lib.models import Clip
from course_lib.workshop.benchmarks import Options, clip, steps, vit

TINY = {"image_size": 22, "patch_size": 11, "d_model": 26, "d_ff": 39, "num_heads": 2, "num_layers": 3}
TEXT = {"vocab_size": 17, "max_length": 7}


@pytest.fixture
def tiny_shapes(monkeypatch):
    """Two shapes, and batches of five pictures."""
    monkeypatch.setattr(steps, "PIXELS", 5 * 22**2)
    for benchmark in (vit, clip):
        monkeypatch.setattr(benchmark, "SHAPES", {"a": TINY, "b": TINY | {"num_layers": 1}})
    monkeypatch.setattr(clip, "TEXTS", {"a": TEXT, "b": TEXT})


@pytest.mark.parametrize(
    ("benchmark", "ours", "theirs"),
    [(vit, "Vit", "torchvision VisionTransformer"), (clip, "Clip", "open_clip CLIP")],
    ids=["vit", "clip"],
)
def test_ours_is_compared_with_theirs_for_each_shape(benchmark, ours, theirs, tiny_shapes):
    rows = benchmark.measure(Options(rounds=1, seconds=0.01))
    assert [row["name"] for row in rows] == [f"{shape}, {who}" for shape in "ab" for who in (ours, theirs)]
    assert all(set(row) == {"name", "pictures_per_second", "ratio"} and row["ratio"] > 0 for row in rows)
    assert [row["ratio"] for row in rows[1::2]] == [1.0, 1.0]


def test_the_model_of_open_clip_has_the_parameters_of_ours_but_for_the_bias_of_the_patches():
    config = clip.our_config(TINY, TEXT)
    ours, theirs = (sum(map(torch.numel, model.parameters())) for model in (Clip(config), clip.open_clip_model(config)))
    assert ours - theirs == TINY["d_model"]


def test_without_open_clip_the_only_row_says_so(monkeypatch):
    monkeypatch.setattr(clip, "find_spec", lambda name: None)
    [row] = clip.measure(Options())
    assert row == {"name": clip.MISSING, "pictures_per_second": None, "ratio": None}


def test_a_step_moves_the_weights_and_leaves_no_gradients():
    model = nn.Linear(3, 2)
    before = model.weight.detach().clone()
    assert steps.new_step(model, lambda model: model(torch.ones(5, 3)).square().mean(), 7)() == 7
    assert not torch.isclose(model.weight, before).any()
    assert model.weight.grad is None
