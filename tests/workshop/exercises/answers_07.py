"""Answers to the exercises of lesson 07."""

import math

import numpy as np
import torch
import torch.nn.functional as F


def watch_step_by_step(kept):
    def attend(q, k, v, mask=None):
        scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
        if mask is not None:
            scores = scores.masked_fill(~mask, -math.inf)
        kept.append(scores.softmax(dim=-1))
        return kept[-1] @ v

    return attend


def watch_beside_the_fused_kernel(kept):
    def attend(q, k, v, mask=None):
        eye = torch.eye(k.shape[2]).expand(*k.shape[:2], -1, -1)
        kept.append(F.scaled_dot_product_attention(q, k, eye, attn_mask=mask))
        return F.scaled_dot_product_attention(q, k, v, attn_mask=mask)

    return attend


class Watcher:
    def __init__(self, kept):
        self.kept = kept

    def __call__(self, q, k, v, mask=None):
        scores = torch.einsum("bhte,bhse->bhts", q, k) * q.shape[-1] ** -0.5
        exps = (scores - scores.max()).exp() * (1 if mask is None else mask)
        self.kept += [(exps / exps.sum(-1, keepdim=True)).numpy()]
        return torch.einsum("bhts,bhse->bhte", torch.tensor(self.kept[-1]), v)


def watch_nothing(kept):
    return lambda q, k, v, mask=None: F.scaled_dot_product_attention(q, k, v, attn_mask=mask)


def problems_by_loops(weights, causal, real):
    found = set()
    for t, row in enumerate(weights.tolist()):
        if abs(sum(row) - 1) > 1e-4:
            found.add("sums")
        for s, weight in enumerate(row):
            if weight > 1e-9 and causal and s > t:
                found.add("future")
            if weight > 1e-9 and not real[s]:
                found.add("padding")
    return found


def problems_as_a_list(weights, causal, real):
    sums = ["sums"] if (weights.sum(-1) - 1).abs().max() > 1e-4 else []
    padding = ["padding"] if (weights * ~real).sum() > 0 else []
    return [*padding, *sums, *(["future"] if causal and weights.triu(1).sum() > 0 else [])]


def problems_in_numpy(weights, causal, real):
    w, named = weights.numpy(), {}
    named["sums"] = not np.allclose(w.sum(axis=1), 1, atol=1e-4)
    named["future"] = causal and np.triu(w, 1).max() > 0
    named["padding"] = w[:, ~real.numpy()].any()
    return {name for name, wrong in named.items() if wrong}


def looks_back(weights):
    even = 1 / torch.arange(2, len(weights) + 1)
    return (weights.diagonal(-1) - even).mean()


def looks_back_by_loops(weights):
    total = 0
    for t in range(1, len(weights)):
        total += weights[t][t - 1].item() - 1 / (t + 1)
    return total / (len(weights) - 1)


def looks_back_in_numpy(weights):
    return np.mean(np.diag(weights.numpy(), -1)) - np.mean([1 / (t + 1) for t in range(1, len(weights))])


def lean_by_zeros(weights):
    allowed = (weights > 0).float()
    return (weights - allowed / allowed.sum(dim=-1, keepdim=True)).diagonal(-1).mean()


RIGHT = {
    "07.1": [watch_step_by_step, watch_beside_the_fused_kernel, Watcher],
    "07.3": [problems_by_loops, problems_as_a_list, problems_in_numpy],
    "07.4": [looks_back, looks_back_by_loops, looks_back_in_numpy],
}

WRONG = {
    "07.1": [
        (watch_nothing, "stays empty"),
        (watch_nothing, "how many were kept: yours is 0, the true value is 2"),
        (lambda kept: lambda q, k, v, mask=None: kept.append(q), "output is still missing"),
        (lambda kept: kept.append, "this can't be checked: it raises TypeError"),
    ],
    "07.2": [({"B": "mixer"}, "B: yours is 'mixer', the true value is 'encoder'")],
    "07.3": [
        (lambda w, causal, real: problems_by_loops(w.triu().tril(1) if causal else w, causal, real), "yours is"),
        (lambda w, causal, real: problems_by_loops(w, causal, real | (torch.arange(5) < 4)), "yours is"),
        (lambda weights, causal, real: set(), "yours is set(), the true value is {"),
        (lambda weights, causal, real: {"sums", "future", "padding"}, "yours is {future, padding, sums"),
    ],
    "07.4": [
        (lambda weights: weights.diagonal(-1).mean(), "the even head is not subtracted"),
        (lean_by_zeros, "an exact 0 is no mask"),
        (lambda weights: weights.argmax(-1).float().mean(), "yours is"),
    ],
    "07.5": [({"recall": 0.5}, "recall: yours is 0.5, the true value is 0.75")],
    "07.6": [({"a map shows": "how"}, "a map shows: yours is 'how', the true value is 'where'")],
}

ALWAYS = {"07.1": {"how many were kept"}}  # a part that is the same for all right answers
