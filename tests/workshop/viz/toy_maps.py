"""Attention of a small model that never was: random queries and keys, and the weights that follow from them."""

import numpy as np

from course_lib.workshop.viz.attention_map import AttentionMap, weights_of

L, H, T, S, E = 2, 3, 5, 7, 11
TARGET = ["<s>", "the", "white", "house", "."]
SOURCE = ["<s>", "a", "casa", "branca", ".", "</s>", "<pad>"]


def toy_map(name="cross", rows=TARGET, columns=SOURCE, *, num_layers=L, num_heads=H, d_head=E, mask=True, seed=0):
    """An `AttentionMap` of random numbers; `mask` may be any that fits T S, True = may attend."""
    numbers = np.random.default_rng(seed)
    queries = 2 * numbers.normal(size=(num_layers, num_heads, len(rows), d_head))
    keys = numbers.normal(size=(num_layers, num_heads, len(columns), d_head))
    allowed = np.broadcast_to(mask, (num_layers, num_heads, len(rows), len(columns)))
    return AttentionMap(name, weights_of(queries, keys, allowed), rows, columns, queries, keys)
