"""Answers to the exercises of lesson 03."""

import numpy as np
import torch
from torch.autograd.functional import jacobian


def steps():
    bos, this, is_ = (np.array(v, dtype=float) for v in ([1, -1, 1, -1], [1, 1, -1, -1], [1, -1, -1, 1]))
    weights = np.exp([0, 0, 2]) / np.exp([0, 0, 2]).sum()
    heard = weights[0] * this + weights[1] * is_ + weights[2] * bos
    added = heard + bos
    return {"weights": weights, "heard": heard, "step 6": (added - added.mean()) / added.std()}


def by_loops(q_positions, k_positions):
    if q_positions.dim() == 2:
        return [by_loops(q, k) for q, k in zip(q_positions, k_positions, strict=True)]
    return [[bool(k <= q) for k in k_positions] for q in q_positions]


def by_difference(q_positions, k_positions):
    return torch.ge(q_positions[..., :, None] - k_positions[..., None, :], 0)


def as_numbers(q_positions, k_positions):
    return (k_positions.numpy()[..., None, :] <= q_positions.numpy()[..., None]).astype(int)


def by_trying(decoder, x):
    before = decoder(x)
    for t in range(1, len(x)):
        changed = torch.cat([x[:t], torch.randn_like(x[t:])])
        if not torch.equal(decoder(changed)[:t], before[:t]):
            return True
    return False


def by_gradient(decoder, x):
    slopes = jacobian(decoder, x).abs().sum(dim=(1, 3))
    return bool(slopes.triu(1).any())


def by_comparing(decoder, x):
    moved = []
    for t in range(1, len(x)):
        other = x.clone()
        other[t] = 7.0
        moved.append((decoder(other)[:t] != decoder(x)[:t]).any().item())
    return torch.tensor(moved).any()


def by_turning_signs(decoder, x):
    signs = torch.where(torch.arange(len(x)) == torch.arange(len(x))[:, None], -1, 1)[..., None]
    return any(not torch.equal(decoder(signs[t] * x)[:t], decoder(x)[:t]) for t in range(1, len(x)))


def by_prefixes(decoder, x):
    whole = decoder(x)
    return any(not torch.equal(decoder(x[:n])[-1], whole[n - 1]) for n in range(1, len(x)))


def without_a_copy(decoder, x):
    before = decoder(x)
    for t in range(1, len(x)):
        x[t] = torch.randn(x.shape[1])
        if not torch.equal(decoder(x)[:t], before[:t]):
            return True
    return False


def nine_steps_in_a_row(x, memory, mask, self_attention, cross_attention, feed_forward, norm_1, norm_2, norm_3):
    heard = self_attention(x, x, mask)
    one = norm_1(heard + x)
    two = norm_2(cross_attention(one, memory, None) + one)
    return norm_3(feed_forward(two) + two)


def nine_steps_in_a_loop(x, memory, mask, *parts):
    blocks = lambda x: parts[0](x, x, mask), lambda x: parts[1](x, memory), parts[2]
    for block, norm in zip(blocks, parts[3:], strict=True):
        x = norm(x + block(x))
    return x


def asking_itself(x, memory, mask, attention, ask, *parts):
    return nine_steps_in_a_row(x, memory, mask, attention, lambda asks, *rest: ask(asks, asks), *parts)


def nine_steps_by_sentence(x, memory, mask, *parts):
    pairs = zip(x, memory, strict=True)
    return [nine_steps_in_a_row(row[None], source[None], mask, *parts)[0] for row, source in pairs]


RIGHT = {
    "03.1": [steps()],
    "03.3": [by_loops, by_difference],
    "03.4": [by_trying, by_gradient, by_comparing, by_turning_signs, by_prefixes],
    "03.7": [nine_steps_in_a_row, nine_steps_in_a_loop, nine_steps_by_sentence],
}

WRONG = {
    "03.1": [
        ({"heard": [1, -1, 1, -1]}, "heard: at [1]: yours is -1, the true value is -0.787"),
        ({"weights": steps()["weights"][::-1]}, "right numbers in another order"),
        ({"weights": [1 / 3, 1 / 3, 1 / 3]}, "weights: at [0]: yours is 0.3333"),
    ],
    "03.2": [
        ({"C": "memory"}, "C: yours is 'memory', the true value is 'cross'"),
        ({"D": "cross"}, "five tokens"),
    ],
    "03.3": [
        (lambda q, k: torch.tril(torch.ones(len(q), len(k))).bool(), "made from sizes"),
        (as_numbers, "this must hold True and False, yours holds int64"),
        (lambda q, k: q[:, None] >= k, "your code raises RuntimeError"),
        (
            lambda q, k: torch.zeros(len(q), k.shape[-1]).masked_fill(q[:, None] < k, float("-inf")),
            "these are numbers; a comparison",
        ),
    ],
    "03.4": [
        (without_a_copy, "changed before and not put back"),
        (lambda decoder, x: not torch.equal(decoder(x), decoder(x.flip(0)).flip(0)), "yours is"),
        (lambda decoder, x: bool((decoder(x + 1) != decoder(x)).any()), "yours is True, the true value is False"),
        (lambda decoder, x: decoder(x).shape != x.shape, "says that no decoder leaks"),
    ],
    "03.5": [
        ({"without": 24}, "without: yours is 24, the true value is 78"),
        ({"training": 144, "without": 144}, "\n  training: yours is 144, the true value is 12"),
    ],
    "03.6": [({"C", "F"}, "yours is {C, F}, the true value is {B, E}"), ("C", "yours is 'C'")],
    "03.7": [
        (asking_itself, "keys and values come from there"),
        (lambda x, memory, mask, *parts: nine_steps_in_a_row(x, memory, None, *parts), "step 1 needs the mask"),
        (lambda x, memory, mask, a, b, f, n, m, o: nine_steps_in_a_row(x, memory, mask, a, b, f, m, n, o), "yours is"),
    ],
}

ANY = {"03.4": {"x"}}  # an argument that may be the same in all cases: something is tried on it
