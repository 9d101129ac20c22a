"""Latent attention: plain attention on keys and values that are made from latents, of which only these are kept."""

import pytest
import torch

from course_lib.nn import DecoderCache, LatentAttention, Rotary, View, causal_mask, scaled_dot_product_attention
from course_lib.nn.attention import merge_heads, split_heads
from tests.parity import B, D, H, T, assert_near, shake

LATENT, CONTENT, ROPE, VALUE, QUERY = 13, 5, 2, 7, 17


@pytest.fixture(params=[None, QUERY], ids=["queries", "latent queries"])
def layer(request, tolerance):
    return shake(LatentAttention(D, H, LATENT, CONTENT, ROPE, VALUE, request.param, rotary=Rotary(ROPE)))


def test_it_is_plain_attention_on_the_expanded_matrices(layer, tolerance):
    x, positions = torch.randn(B, T, D), torch.arange(T)
    mask, rotate = causal_mask(positions), Rotary(ROPE).at(positions, x.dtype)
    latent = layer.latent_norm(layer.latent_proj(x))
    q = split_heads(layer.q_proj(layer.q_latent(x)), H)
    k, v = split_heads(layer.k_up_proj(latent), H), split_heads(layer.v_up_proj(latent), H)
    turned = rotate(layer.rope_proj(x).unsqueeze(1)).expand(B, H, T, ROPE)
    q = torch.cat([q[..., :CONTENT], rotate(q[..., CONTENT:].contiguous())], dim=-1)
    plain = scaled_dot_product_attention(q, torch.cat([k, turned], dim=-1), v, mask)
    assert_near(layer(x, View(x), 0), layer.o_proj(merge_heads(plain)), tolerance)


def test_queries_may_come_to_the_latents_as_well(layer):
    layer = layer.double()
    q, latents = torch.randn(B, H, T, CONTENT + ROPE).double(), torch.randn(B, 1, T, LATENT + ROPE).double()
    mask = causal_mask(torch.arange(T))
    assert_near(layer.absorbed(q, latents, mask), layer.expanded(q, latents, mask), 1e-12)


@torch.no_grad()
def test_its_cache_holds_a_latent_and_a_turned_key_for_each_token_however_many_heads_there_are(layer):
    x, cache = torch.randn(B, T, D), DecoderCache([None])
    layer(x, View(x, cache=cache), 0)
    assert cache.layers[0].nbytes == B * T * (LATENT + ROPE) * layer.o_proj.weight.itemsize


@torch.no_grad()
def test_one_token_of_one_head_is_turned_wherever_its_numbers_stand():
    layer, x = LatentAttention(D, 1, LATENT, CONTENT, ROPE, rotary=Rotary(ROPE)), torch.randn(1, 1, D)
    assert layer(x, View(x), 0).shape == x.shape
