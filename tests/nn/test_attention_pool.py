"""The attention pool: one vector of a sequence, whatever its order."""

import torch

from course_lib.nn import AttentionPool, attention_weights, merge_heads, record_attention, split_heads
from tests.parity import D_FF, B, D, H, S, assert_near, shake


def test_a_pool_is_one_query_over_all_positions_and_a_feed_forward_network(tolerance):
    pool, x = shake(AttentionPool(D, H, D_FF)), torch.randn(B, S, D)
    attention = pool.cross_attention
    q = split_heads(attention.q_proj(pool.query).expand(B, 1, D), H)
    k, v = (split_heads(proj(x), H) for proj in (attention.k_proj, attention.v_proj))
    gathered = attention.o_proj(merge_heads(attention_weights(q, k) @ v))[:, 0]
    expected = gathered + pool.feed_forward(pool.feed_forward_norm(gathered))
    assert_near(pool(x), expected, tolerance)


def test_the_order_of_the_positions_does_not_matter(tolerance):
    pool, x = shake(AttentionPool(D, H, D_FF)), torch.randn(B, S, D)
    assert_near(pool(x.flip(1)), pool(x), tolerance)


def test_its_attention_is_recorded_as_cross_attention():
    pool = AttentionPool(D, H, D_FF)
    with record_attention(pool) as maps:
        pool(torch.randn(B, S, D))
    assert maps.weights("cross").shape == (1, B, H, 1, S)
