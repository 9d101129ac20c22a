"""Compiled loops: what they compute is what torch computes."""

import ast
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from numba.core.caching import CacheImpl

from course_lib.nn import RMSNorm, Rotary, attention_weights
from course_lib.workshop.fast import loops
from course_lib.workshop.fast.blocks import by_blocks, in_bytes
from course_lib.workshop.fast.packed_linear import LOOPED, as_arrays
from tests.parity import assert_near

ROWS, GROUPS = 3 * 64, 5
D = 32 * GROUPS
EPS = 1e-5


def test_all_numbers_that_compiled_code_reads_are_in_the_file_whose_changes_numba_notices():
    tree = ast.parse(Path(loops.__file__).read_text(encoding="utf-8"))
    numbers = {name for name, value in vars(loops).items() if isinstance(value, int | float)}
    stored = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    assert numbers
    assert numbers <= stored


def near(ours, expected, tolerance=1e-5):
    assert_near(torch.from_numpy(ours), expected, tolerance)


SLOW = [pytest.param(dtype, marks=pytest.mark.slow) for dtype in LOOPED if dtype != torch.float32]  # each is compiled


@pytest.mark.parametrize("dtype", LOOPED)
def test_a_row_is_read_as_it_is_stored(dtype):
    x, row = torch.randn(D), torch.randn(D).to(dtype)
    product = loops.dot(*as_arrays([row]), x.numpy())
    assert float(product) == pytest.approx(float(row.float() @ x), abs=1e-4)  # 160 numbers in another order


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("dtype", [torch.float32, *SLOW])
def test_weights_are_multiplied_as_they_are_stored(rows, dtype):
    x, weight = torch.randn(rows, D), torch.randn(ROWS, D).to(dtype)
    y = loops.product(x.numpy(), as_arrays([weight]))
    near(y, F.linear(x, weight.float()), 1e-4)


@pytest.mark.parametrize("rows", [1, 3])
def test_in_8_bits_each_row_has_its_scale(rows):
    x, numbers, scales = torch.randn(rows, D), torch.randint(-127, 128, (ROWS, D)), torch.rand(ROWS)
    y = loops.product(x.numpy(), (numbers.to(torch.int8).numpy(), scales.numpy()))
    near(y, x @ numbers.float().T * scales, 1e-2)  # of some thousands


@pytest.mark.slow
def test_in_8_bits_the_scales_may_have_16():
    x, numbers, scales = torch.randn(1, D), torch.randint(-127, 128, (ROWS, D)), torch.rand(ROWS).half()
    y = loops.product(x.numpy(), (numbers.to(torch.int8).numpy(), scales.view(torch.uint16).numpy()))
    near(y, x @ numbers.float().T * scales.float(), 1e-2)


def in_4_bits(numbers, scales, lowest):
    return in_bytes(numbers).numpy(), by_blocks(scales).numpy(), by_blocks(lowest).numpy()


def whole(x):
    """What `round_groups` leaves of x, as numbers."""
    numbers, units, _ = loops.round_groups(x.numpy())
    numbers = torch.from_numpy(numbers).float().view(len(x), GROUPS, 32)
    return (numbers * torch.from_numpy(units).unsqueeze(-1)).flatten(1)


@pytest.mark.parametrize("kind", ["random", "all 15", "all 0"])
@pytest.mark.parametrize("sign", ["random", "plus", "minus"])
def test_in_4_bits_no_sum_runs_over_whatever_the_numbers_are(kind, sign):
    numbers = {"random": torch.randint(0, 16, (ROWS, D)), "all 15": torch.full((ROWS, D), 15), "all 0": 0}[kind]
    numbers = torch.zeros(ROWS, D, dtype=torch.long) + numbers
    signs = {"random": torch.randn(2, D), "plus": torch.ones(2, D), "minus": -torch.ones(2, D)}[sign]
    scales, lowest = torch.randn(ROWS, GROUPS).half().float(), torch.randn(ROWS, GROUPS).half().float()
    y = loops.product(signs.numpy(), in_4_bits(numbers, scales, lowest))
    eights, groups = (numbers - 8).double().view(ROWS, GROUPS, 32), whole(signs).double().view(2, GROUPS, 32)
    products = torch.einsum("fg, fgi, bgi -> bf", scales.double(), eights, groups)
    sums = torch.einsum("fg, bg -> bf", (lowest + 8 * scales).double(), signs.double().view(2, GROUPS, 32).sum(-1))
    assert torch.allclose(torch.from_numpy(y).double(), products + sums, rtol=1e-5, atol=1e-3)


def test_in_whole_numbers_nothing_is_off_by_more_than_half_a_unit_of_its_group():
    x = torch.randn(3, D) * torch.logspace(-3, 3, GROUPS).repeat_interleave(32)
    units = x.view(3, GROUPS, 32).abs().amax(-1, keepdim=True) / 127
    assert ((whole(x) - x).view(3, GROUPS, 32).abs() <= 0.501 * units).all()
    assert not whole(torch.zeros(1, D)).any()


def test_what_is_unpacked_is_what_was_packed():
    numbers, scales = torch.randint(0, 16, (ROWS, D)), torch.randn(ROWS, GROUPS).half().float()
    weight = loops.unpack(*in_4_bits(numbers, scales, -scales))
    near(weight, (numbers.view(ROWS, GROUPS, 32) * scales[..., None] - scales[..., None]).flatten(1), 1e-5)


def test_the_small_steps_are_those_of_the_modules():
    x, norm, rotary = torch.randn(3, D), RMSNorm(D, EPS), Rotary(14)
    torch.nn.init.normal_(norm.weight)
    near(loops.normalize(x.numpy(), norm.weight.detach().numpy(), np.float32(EPS)), norm(x).detach())
    near(loops.gate(x.numpy()), F.silu(x[:, : D // 2]) * x[:, D // 2 :])
    heads, rotate = torch.randn(1, 5, 1, 14), rotary.at(torch.tensor([[7]]))
    turned = heads[0, :, 0].numpy().copy()
    loops.turn(turned, rotate.cos[0, 0, 0].numpy(), rotate.sin[0, 0, 0].numpy())
    near(turned, rotate(heads)[0, :, 0])


@pytest.mark.parametrize("length", [1, 17])
def test_heads_attend_to_the_keys_that_they_share(length):
    queries, keys, values = (torch.randn(3, heads, s, 14) for heads, s in ((6, 1), (2, length), (2, length)))
    keys, values = (torch.cat([x, x], dim=2)[:, :, :length] for x in (keys, values))  # of a cache that has more room
    gathered = loops.attend(queries[:, :, 0].numpy(), keys.numpy(), values.numpy())
    expected = attention_weights(queries, keys) @ values.repeat_interleave(3, dim=1)
    near(gathered, expected[:, :, 0])


def test_functions_are_compiled_where_no_folder_can_be_written_to(monkeypatch):
    monkeypatch.setattr(CacheImpl, "_locator_classes", [])
    assert loops.compiled(lambda: 7)() == 7


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_what_is_no_number_stays_so(bad):
    x = torch.randn(1, D)
    x[0, 7] = bad
    weight, numbers = torch.rand(ROWS, D), torch.randint(0, 16, (ROWS, D))
    four = in_4_bits(numbers, torch.ones(ROWS, GROUPS), torch.ones(ROWS, GROUPS))
    for matrix in ((weight.numpy(),), four):
        assert not np.isfinite(loops.product(x.numpy(), matrix)).any()
    assert not np.isfinite(loops.normalize(x.numpy(), weight[0].numpy(), np.float32(EPS))[0, 7])
