"""Answers to the exercises of lesson 02."""

import numpy as np
import torch
import torch.nn.functional as F


def by_loops(x):
    values = []
    for sentence in x:
        for i, a in enumerate(sentence):
            for j, b in enumerate(sentence):
                if i != j:
                    values.append(float(a @ b / (a.norm() * b.norm())))
    return sum(values) / len(values)


def by_broadcasting(x):
    cosines = F.cosine_similarity(x[:, :, None], x[:, None], dim=-1)
    T = x.shape[1]
    return (cosines.sum() - len(x) * T) / (len(x) * T * (T - 1))


def in_numpy(x):
    x = x.numpy() / np.linalg.norm(x.numpy(), axis=-1, keepdims=True)
    products = np.einsum("btd,bsd->bts", x, x)
    return products[:, ~np.eye(x.shape[1], dtype=bool)].mean()


def in_two_branches(x, attention, feed_forward, norm_1, norm_2, norm_first):
    if norm_first:
        x = x + attention(norm_1(x))
        return x + feed_forward(norm_2(x))
    x = norm_1(x + attention(x))
    return norm_2(x + feed_forward(x))


def with_named_steps(x, attention, feed_forward, norm_1, norm_2, norm_first):
    heard = attention(norm_1(x) if norm_first else x)
    added = torch.add(heard, x)
    between = added if norm_first else norm_1(added)
    thought = feed_forward(norm_2(between) if norm_first else between)
    return between + thought if norm_first else norm_2(between + thought)


def in_double(x, *others):
    blocks = [block.double() for block in others[:-1]]
    return in_two_branches(x.double(), *blocks, others[-1])


def count_modules(d_model, d_ff, num_layers):
    layer = torch.nn.TransformerEncoderLayer(d_model, 1, d_ff, device="meta")
    return num_layers * sum(parameter.numel() for parameter in layer.parameters())


def network_by_clamp(x, W_1, b_1, W_2, b_2):
    return F.linear(F.linear(x, W_1.T, b_1).clamp(min=0), W_2.T, b_2)


def network_by_einsum(x, W_1, b_1, W_2, b_2):
    hidden = torch.einsum("btd,df->btf", x, W_1) + b_1
    return torch.einsum("btf,fd->btd", hidden * (hidden > 0), W_2) + b_2


def norm_by_torch(x, scale, shift):
    return F.layer_norm(x, scale.shape, scale, shift)


def norm_by_hand(x, scale, shift):
    mean = x.sum(-1, keepdim=True) / x.shape[-1]
    deviation = torch.sqrt(((x - mean) ** 2).mean(-1, keepdim=True) + 1e-5)
    return scale * (x - mean) / deviation + shift


def norm_in_numpy(x, scale, shift):
    x, scale, shift = (np.asarray(part) for part in (x, scale, shift))
    return (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-5) * scale + shift


DEAR = {"02.4"}  # in the slow tests
RIGHT = {
    "02.3": [by_loops, by_broadcasting, in_numpy],
    "02.4": [in_two_branches, with_named_steps, in_double],
    "02.5": [
        count_modules,
        lambda d_model, d_ff, num_layers: num_layers * (4 * d_model**2 + 9 * d_model + d_ff * (2 * d_model + 1)),
        lambda D, F, N: sum(4 * D * D + 2 * D * F + F + 9 * D for _ in range(N)),
    ],
    "02.7": [
        (network_by_clamp, norm_by_torch),
        (network_by_einsum, norm_by_hand),
        (network_by_clamp, norm_in_numpy),
    ],
}

WRONG = {
    "02.1": [({"added": [0.494, 0.506, 0.814, 0.186]}, "added: at [1]: yours is 0.506, the true value is 1.506")],
    "02.2": [({"A": "norm"}, "A: yours is 'norm', the true value is 'attention'")],
    "02.3": [
        (lambda x: F.cosine_similarity(x[:, :, None], x[:, None], dim=-1).mean(), "compared with itself"),
        (lambda x: F.cosine_similarity(x[:, 0], x[:, 1], dim=-1).mean(), "yours is"),
        (lambda x: by_broadcasting(x)[None].expand(2), "yours has the shape 2, the true one is a single number"),
    ],
    "02.4": [
        (lambda x, a, f, n, m, first: x, "yours is"),
        (lambda x, a, f, n, m, first: m(x + f(n(x + a(x)))), "yours is"),
        (lambda x, a, f, n, m, first: x + a(n(x)) + f(m(x)), "yours is"),
    ],
    "02.5": [(lambda D, F, N: None if D > 9 else 1, "yours is 1")],
    "02.6": [({"3 ahead": 6}, "3 ahead: yours is 6, the true value is 2")],
    "02.7": [
        ((lambda x, W, b, V, c: x @ W @ V + c, norm_by_torch), "feed_forward: at ["),
        ((network_by_clamp, lambda x, a, b: F.layer_norm(x, a.shape, a, b, eps=1e-12)), "ε is 0.00001"),
        (
            (
                network_by_clamp,
                lambda x, a, b: (x - x.mean(-1, True)) / (x.var(-1, False, keepdim=True) ** 0.5 + 1e-5) * a + b,
            ),
            "ε stands under the root",
        ),
        ((network_by_clamp, lambda x, a, b: norm_by_torch(x.mT, a[:1], b[:1]).mT), "your code raises"),
        ((network_by_clamp, lambda x, a, b: (x - x.mean(-1, True)) / x.std(-1, keepdim=True) * a + b), "normalize"),
    ],
}
