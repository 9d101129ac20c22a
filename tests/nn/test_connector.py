"""The connectors: each patch alone, or squares of four of them."""

import pytest
import torch
import torch.nn.functional as F

from course_lib.errors import CourseError
from course_lib.nn import CONNECTORS, LinearConnector, MlpConnector, PixelShuffleConnector
from course_lib.nn.connector import merge_neighbors
from tests.parity import assert_near

N, P, D_VISION, D = 3, 36, 7, 11


def features():
    return torch.randn(N, P, D_VISION)


@pytest.mark.parametrize(("kind", "tokens"), [("linear", P), ("mlp", P), ("pixel shuffle", P // 4)])
def test_visual_tokens_have_the_width_of_the_language_model(kind, tokens):
    assert CONNECTORS[kind](D_VISION, D)(features()).shape == (N, tokens, D)


@pytest.mark.parametrize("make", [LinearConnector, MlpConnector])
def test_each_patch_is_mapped_alone(make):
    connector, seen = make(D_VISION, D), features()
    order = torch.randperm(P)
    assert_near(connector(seen[:, order]), connector(seen)[:, order], 1e-6)


def test_the_two_layers_are_those_of_torch():
    connector, seen = MlpConnector(D_VISION, D), features()
    up, down = connector.up_proj, connector.down_proj
    expected = F.linear(F.gelu(F.linear(seen, up.weight, up.bias)), down.weight, down.bias)
    assert_near(connector(seen), expected, 1e-6)


def test_neighbors_that_are_joined_stand_in_a_square():
    numbers = torch.arange(float(P)).view(1, P, 1)  # 6 x 6 patches
    squares = merge_neighbors(numbers)[0].tolist()
    assert squares[:4] == [[0, 1, 6, 7], [2, 3, 8, 9], [4, 5, 10, 11], [12, 13, 18, 19]]
    assert sorted(number for square in squares for number in square) == list(range(P))


def test_joining_is_what_torch_calls_pixel_unshuffle():
    seen = features()
    picture = seen.transpose(1, 2).unflatten(2, (6, 6))
    expected = F.pixel_unshuffle(picture, 2).flatten(2).transpose(1, 2)  # channels first, then places
    ours = merge_neighbors(seen).unflatten(2, (4, D_VISION)).transpose(2, 3).flatten(2)
    assert torch.equal(ours, expected)


def test_only_one_square_tells_where_a_change_was():
    connector, seen = PixelShuffleConnector(D_VISION, D), features()
    changed = seen.clone()
    changed[:, 13] += 1.0  # row 2, column 1
    differs = (connector(seen) != connector(changed)).any(dim=-1)
    assert differs[0].nonzero().flatten().tolist() == [3]


@pytest.mark.parametrize("patches", [9, 8, 25])
def test_patches_that_make_no_even_square_are_refused(patches):
    with pytest.raises(CourseError, match=f"got {patches} patches"):
        merge_neighbors(torch.randn(2, patches, D_VISION))
