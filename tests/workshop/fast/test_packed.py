"""Linear layers in few bits: what they compute is what their unpacked weights do, and each number takes its bits."""

import pytest
import torch
import torch.nn.functional as F

from course_lib.errors import CourseError
from course_lib.nn import LoraLinear
from course_lib.workshop.fast import HalfLinear, Int4Linear, Int8Linear, PackedTable
from tests.parity import assert_near
from tests.pretend_device import UNAVAILABLE, pretend_device

ROWS, GROUPS = 3 * 64, 3
D = 32 * GROUPS
FEW, SOME, ENOUGH = 1, 5, 37  # rows: the last are enough to unpack the weights


def four_bits(bias=None):
    """A layer whose scales and lowest values fit into 16 bits, and its weight."""
    numbers = torch.randint(0, 16, (ROWS, D))
    scales, lowest = 2.0 ** torch.randint(-5, -2, (ROWS, GROUPS)), -torch.randint(0, 8, (ROWS, GROUPS)).float() / 8
    weight = (numbers.unflatten(1, (GROUPS, 32)) * scales[..., None] + lowest[..., None]).flatten(1)
    return Int4Linear(numbers, scales, lowest, bias), weight


KINDS = {
    "float16": lambda weight, bias: HalfLinear(weight.half(), bias),
    "bfloat16": lambda weight, bias: HalfLinear(weight.bfloat16(), bias),
    "8 bits": Int8Linear,
    "4 bits": lambda weight, bias: four_bits(bias)[0],
}


def layers(bias=None):
    weight = torch.randn(ROWS, D)
    return [make(weight, bias) for make in KINDS.values()]


def is_slow(kind, rows):
    """The product of a few rows is compiled for each kind."""
    return [pytest.mark.slow] * (rows < ENOUGH and "float" in kind)


@pytest.mark.parametrize(
    "kind, rows",
    [pytest.param(kind, rows, marks=is_slow(kind, rows)) for kind in KINDS for rows in (FEW, SOME, ENOUGH)],
)
def test_few_rows_and_many_are_multiplied_by_the_unpacked_weights(kind, rows):
    x, bias = torch.randn(rows, D), torch.nn.Parameter(torch.randn(ROWS))
    layer = KINDS[kind](torch.randn(ROWS, D), bias)
    expected = F.linear(x, layer.unpacked(), bias)
    if kind == "4 bits" and rows < ENOUGH:  # x is rounded
        assert 0 < (layer(x) - expected).abs().max() < 0.02 * expected.std()
    else:
        assert_near(layer(x), expected, 1e-4)
    assert layer(x[:, None]).shape == (rows, 1, ROWS)


@pytest.mark.parametrize("kind", [pytest.param(kind, marks=is_slow(kind, FEW)) for kind in KINDS])
def test_of_no_rows_they_make_no_rows(kind):
    assert KINDS[kind](torch.randn(ROWS, D), None)(torch.randn(0, 3, D)).shape == (0, 3, ROWS)


def test_gradients_flow_through():
    for layer in layers():
        x = torch.randn(FEW, D, requires_grad=True)
        layer(x).sum().backward()
        assert_near(x.grad[0], layer.unpacked().sum(dim=0), 1e-4)


def test_in_8_bits_no_number_is_off_by_more_than_half_a_step_of_its_row():
    weight = torch.randn(ROWS, D) * torch.logspace(-3, 3, ROWS)[:, None]
    steps = weight.abs().amax(dim=1, keepdim=True) / 127
    assert ((Int8Linear(weight).unpacked() - weight).abs() <= 0.501 * steps).all()
    assert not Int8Linear(torch.zeros(ROWS, D)).unpacked().any()


def test_in_4_bits_each_group_has_its_scale_and_its_lowest_value():
    layer, weight = four_bits()
    assert torch.equal(layer.unpacked(), weight)


def test_each_number_takes_its_bits_and_each_scale_16_or_32():
    half, brain, eight, four = layers()
    assert half.nbytes == brain.nbytes == 2 * ROWS * D
    assert eight.nbytes == ROWS * D + 4 * ROWS
    assert four.nbytes == ROWS * D // 2 + 2 * 2 * ROWS * GROUPS


@pytest.mark.parametrize("shape", [(64, 33), (65, 32)])
def test_a_matrix_that_is_no_whole_groups_is_refused(shape):
    with pytest.raises(CourseError, match="must be multiples of 64 and 32, got"):
        Int4Linear(torch.zeros(shape), torch.zeros(shape[0], 1), torch.zeros(shape[0], 1))


def test_a_table_gives_the_rows_of_the_layer():
    ids = torch.tensor([[3, 1, 66], [0, 3, 2]])
    for layer in layers()[:3]:
        assert torch.equal(PackedTable(layer)(ids), layer.unpacked()[ids])


def test_they_are_not_adapted(shapes_unchecked):
    for layer in layers():
        with pytest.raises(
            CourseError, match="LoRA can only adapt nn.Linear, got .*Linear; load the model without packing"
        ):
            LoraLinear(layer, rank=2)


@pytest.mark.skipif(bool(UNAVAILABLE), reason=UNAVAILABLE)
def test_elsewhere_than_on_a_cpu_they_are_unpacked():
    x = torch.randn(3, D)
    with pretend_device() as device:
        for layer in layers():
            expected = F.linear(x, layer.unpacked())
            assert_near(layer.to(device)(x.to(device)).cpu(), expected, 1e-5)
