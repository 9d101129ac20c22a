"""A stack of attention layers, read at once and one token at a time with a cache; and wrong ways of the latter."""

import math

import torch

from course_lib.exercises.cases import random_tensors


def stack_cases(seed):
    cases = []
    for D, T, L in ((4, 3, 2), (5, 6, 1), (3, 7, 4)):
        X, *weights = random_tensors(seed + D, (T, D), *[(D, D)] * (3 * L))
        cases.append((X, [tuple(weights[3 * i : 3 * i + 3]) for i in range(L)]))
    return cases


def stepping(scale=math.sqrt, grow=lambda kept, row: torch.vstack([kept, row]), use=lambda *seen: seen, deep=True):
    """A way to read one token with a cache, with one thing changed."""

    def step(x, kept, layers):
        first, new = x, []
        for (W_Q, W_K, W_V), (K, V) in zip(layers, kept, strict=True):
            source = x if deep else first
            K, V = grow(K, source @ W_K), grow(V, source @ W_V)
            new.append((K, V))
            keys, values = use(K, V)
            x = (x @ W_Q @ keys.T / scale(len(x))).softmax(dim=-1) @ values
        return x, new

    return step


def through_the_cache(step, X, layers, onward=lambda before, now: now):
    """The outputs of all tokens, read one by one: T D, or None if the step gives nothing."""
    kept, outputs = [(X[:0], X[:0]) for _ in layers], []
    for x in X:
        result = step(x, kept, layers)
        if result is None:
            return None
        output, now = result
        kept = onward(kept, now)
        outputs.append(torch.as_tensor(output))
    return torch.stack(outputs)


def plainly(X, layers):
    """All rows at once under the causal mask: T D -> T D."""
    hidden = torch.ones(len(X), len(X), dtype=torch.bool).triu(1)
    for W_Q, W_K, W_V in layers:
        scores = X @ W_Q @ (X @ W_K).T / math.sqrt(X.shape[1])
        X = scores.masked_fill(hidden, -math.inf).softmax(dim=-1) @ (X @ W_V)
    return X


def largest_difference(step, plain, X, layers, pick=lambda difference: difference.abs().max(), **how):
    return pick(through_the_cache(step, X, layers, **how) - plain(X, layers))
