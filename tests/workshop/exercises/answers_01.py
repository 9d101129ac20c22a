"""Answers to the exercises of lesson 01."""

import math

import numpy as np
import torch
import torch.nn.functional as F


def split(x, num_heads):
    return x.reshape(*x.shape[:2], num_heads, -1).permute(0, 2, 1, 3)


def merge(y):
    return y.transpose(1, 2).reshape(len(y), y.shape[2], -1)


def split_by_slices(x, num_heads):
    return torch.stack(x.chunk(num_heads, dim=-1), dim=1)


def merge_by_concatenation(y):
    return torch.cat(y.unbind(dim=1), dim=-1)


def split_in_numpy(x, num_heads):
    x = x.numpy()
    return np.moveaxis(x.reshape(*x.shape[:2], num_heads, -1), 2, 1)


def merge_by_loops(y):
    return [[[v for head in sentence for v in head[t].tolist()] for t in range(y.shape[2])] for sentence in y]


def split_that_remembers(x, num_heads):
    split_that_remembers.x = x
    return split(x, num_heads)


def merge_that_remembers(y):
    return split_that_remembers.x


def mask_by_loops(lengths, size):
    return [[[[key < length for key in range(size)]]] for length in lengths.tolist()]


def mask_in_numpy(lengths, size):
    return (np.arange(size)[None] < lengths.numpy()[:, None]).reshape(len(lengths), 1, 1, size)


def mask_of_ones_and_zeros(lengths, size):
    mask = torch.ones(len(lengths), size, dtype=torch.int64)
    for row, length in zip(mask, lengths, strict=True):
        row[length:] = 0
    return mask.view(-1, 1, 1, size)


def attention_by_einsum(q, k, v, mask):
    scores = torch.einsum("bhte,bhse->bhts", q, k) * k.shape[-1] ** -0.5
    if mask is None:
        return torch.einsum("bhts,bhse->bhte", scores.softmax(-1), v)
    exps = (scores - scores.amax(-1, keepdim=True)).exp() * mask
    return torch.einsum("bhts,bhse->bhte", exps / exps.sum(-1, keepdim=True).clamp(min=1e-20), v)


def attention_by_torch(q, k, v, mask=None):
    return F.scaled_dot_product_attention(q, k, v, attn_mask=mask)


def attention_by_loops(q, k, v, mask=None):
    result = torch.zeros_like(q)
    for b, h, t in np.ndindex(*q.shape[:3]):
        seen = [s for s in range(k.shape[2]) if mask is None or mask.expand(len(q), 1, *scores_shape(q, k))[b, 0, t, s]]
        exps = [math.exp(q[b, h, t] @ k[b, h, s] / math.sqrt(q.shape[3])) for s in seen]
        for s, e in zip(seen, exps, strict=True):
            result[b, h, t] += e / sum(exps) * v[b, h, s]
    return result


def scores_shape(q, k):
    return q.shape[2], k.shape[2]


def attention_in_half_precision(q, k, v, mask=None):
    return attention_by_torch(q, k, v, mask).bfloat16()


def transposing_a_square_mask(q, k, v, mask=None):
    is_square = mask is not None and mask.shape[-1] == mask.shape[-2]
    return F.scaled_dot_product_attention(q, k, v, attn_mask=mask.mT if is_square else mask)


def attention_scaled_twice(q, k, v, mask=None):
    return F.scaled_dot_product_attention(q / math.sqrt(q.shape[-1]), k, v, attn_mask=mask)


def whole_layer_by_heads(x, memory, W_Q, W_K, W_V, W_O, num_heads, mask=None):
    E, out = x.shape[-1] // num_heads, []
    for h in range(num_heads):
        part = slice(h * E, (h + 1) * E)
        scores = x @ W_Q[:, part] @ (memory @ W_K[:, part]).mT / math.sqrt(E)
        if mask is not None:
            scores = scores.masked_fill(~(mask if mask.dim() == 2 else mask[:, 0]), -1e30)
        out.append(scores.softmax(-1) @ memory @ W_V[:, part])
    return torch.cat(out, dim=-1) @ W_O


def whole_layer_by_einsum(x, memory, W_Q, W_K, W_V, W_O, num_heads, mask=None):
    q, k, v = (a @ W for a, W in ((x, W_Q), (memory, W_K), (memory, W_V)))
    q, k, v = (a.reshape(*a.shape[:2], num_heads, -1) for a in (q, k, v))
    scores = torch.einsum("bthe,bshe->bhts", q, k) / q.shape[-1] ** 0.5
    weights = (scores if mask is None else scores.where(mask, torch.tensor(-torch.inf))).softmax(dim=3)
    return torch.einsum("bhts,bshe->bthe", weights, v).flatten(2) @ W_O


def whole_layer_by_torch(x, memory, W_Q, W_K, W_V, W_O, num_heads, mask=None):
    q, k, v = (a.unflatten(2, (num_heads, -1)).transpose(1, 2) for a in (x @ W_Q, memory @ W_K, memory @ W_V))
    out = torch.nn.functional.scaled_dot_product_attention(q, k, v, attn_mask=mask)
    return out.transpose(1, 2).reshape(x.shape) @ W_O


RIGHT = {
    "01.3": [(split, merge), (split_by_slices, merge_by_concatenation), (split_in_numpy, merge_by_loops)],
    "01.4": [mask_by_loops, mask_in_numpy, lambda *case: mask_of_ones_and_zeros(*case) > 0],
    "01.5": [attention_by_einsum, attention_by_torch, attention_by_loops, attention_in_half_precision],
    "01.7": [whole_layer_by_heads, whole_layer_by_einsum, whole_layer_by_torch],
}

WRONG = {
    "01.1": [
        ({"scores": [1, 2, 0]}, "scores: at [0]: yours is 1, the true value is 0.5"),
        ({"weights": [0.333, 0.333, 0.333]}, "weights: at [0]: yours is 0.333"),
        ({"output": None}, "output is still missing"),
        ("0.5", "expected a dict with scores, weights, output"),
    ],
    "01.2": [({"plain": 16}, "plain: yours is 16, the true value is 8")],
    "01.3": [
        ((split, lambda y: y.transpose(1, 2).view(len(y), y.shape[2], -1)), "your code raises RuntimeError"),
        ((lambda x, h: torch.stack(x.chunk(h, dim=1), dim=1), merge), "split: "),
        ((split, lambda y: y.reshape(len(y), -1, y.shape[1] * y.shape[3])), "merged without transposing"),
        ((lambda x, h: x.view(*x.shape[:2], h, -1).permute(2, 0, 1, 3), merge), "split: yours has the shape"),
        ((split_that_remembers, merge_that_remembers), "merged: "),
    ],
    "01.4": [
        (mask_of_ones_and_zeros, "this must hold True and False, yours holds int64"),
        (lambda *case: mask_of_ones_and_zeros(*case).float(), "this must hold True and False, yours holds float32"),
        (lambda *case: mask_of_ones_and_zeros(*case).tolist(), "this must hold True and False, yours holds int"),
        (lambda lengths, size: torch.arange(size) <= lengths.view(-1, 1, 1, 1), "counts one token too many"),
        (lambda lengths, size: torch.ones(len(lengths), 1, 1, size).bool(), "yours is True, the true value is False"),
        (lambda lengths, size: torch.arange(size) < lengths, "your code raises RuntimeError"),
    ],
    "01.5": [
        (attention_scaled_twice, "divided by E, not by √E"),
        (lambda q, k, v, mask=None: (q @ k.mT).softmax(-1) @ v, "the scale is forgotten"),
        (transposing_a_square_mask, "the mask is transposed: its rows are queries, its columns keys"),
    ],
    "01.6": [({"B": 4}, "B: yours is 4, the true value is 2")],
    "01.7": [
        (lambda x, m, *rest: whole_layer_by_heads(x, x, *rest), "come from the memory, not from x"),
        (lambda *case: whole_layer_by_torch(*case[:-1]), "the mask is not used"),
        (lambda *case: whole_layer_by_einsum(*case[:5], torch.eye(len(case[2])), *case[6:]), "W_O"),
    ],
}
