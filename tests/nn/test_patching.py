"""Heads that are taken away, exchanged or kept; and nothing is left behind."""

import torch

from course_lib.nn import MultiHeadAttention, head_outputs, patched_heads

H, E, T = 3, 5, 7


def layer_and_input(seed=0):
    torch.manual_seed(seed)
    return MultiHeadAttention(H * E, H).eval(), torch.randn(2, T, H * E)


def outputs_of(layer, x):
    with head_outputs({"one": layer}) as kept:
        layer(x)
    return kept["one"]


def test_kept_outputs_are_those_that_the_output_projection_reads():
    layer, x = layer_and_input()
    kept = outputs_of(layer, x)
    assert kept.shape == (2, H, T, E)
    merged = kept.transpose(1, 2).flatten(2)
    assert torch.allclose(layer.o_proj(merged), layer(x), atol=1e-6)


def test_an_ablated_head_is_a_head_whose_columns_of_the_output_projection_are_zero():
    layer, x = layer_and_input()
    with patched_heads(layer, [1]):
        ablated = layer(x)
    assert not torch.allclose(ablated, layer(x), atol=1e-3)
    layer.o_proj.weight.data[:, E : 2 * E] = 0
    assert torch.allclose(ablated, layer(x), atol=1e-6)


def test_heads_patched_with_those_of_another_input_give_what_it_gives():
    layer, x = layer_and_input()
    other = torch.randn(2, T, H * E)
    kept = outputs_of(layer, other)
    with patched_heads(layer, range(H), kept):
        assert torch.allclose(layer(x), layer(other), atol=1e-6)
    with patched_heads(layer, [0, 2], kept[:, [0, 2]]):
        mixed = outputs_of(layer, x)
    assert torch.equal(mixed[:, [0, 2]], kept[:, [0, 2]]) and torch.equal(mixed[:, 1], outputs_of(layer, x)[:, 1])


def test_after_the_block_the_layer_is_as_before_even_after_an_error():
    layer, _ = layer_and_input()
    attend = layer.attend
    for block in (patched_heads(layer, [0]), head_outputs({0: layer})):
        try:
            with block:
                assert layer.attend is not attend
                raise KeyError
        except KeyError:
            assert layer.attend is attend
