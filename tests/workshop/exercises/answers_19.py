"""Answers to the exercises of lesson 19."""

from collections import deque

import numpy as np
import torch

FIRST = [[1, 0, 0, 0, 0, 0], [1, 1, 0, 0, 0, 0], [1, 1, 1, 0, 0, 0], [1, 1, 1, 1, 0, 0]]
FIRST += [[1, 0, 1, 1, 1, 0], [1, 0, 0, 1, 1, 1]]


def held_in_a_list(length, window, first):
    places = [None] * (first + window)
    for p in range(length):
        place = p if p < first else first + (p - first) % window
        places[place] = p
    return [p for p in places if p is not None]


def held_by_turning(length, window, first):
    ring = deque(range(max(first, length - window), length))
    if length - first > window:
        ring.rotate((length - first) % window)
    return [*range(min(first, length)), *ring]


def held_in_numpy(length, window, first):
    cache = np.full(first + window, -1)
    for p in np.arange(length):
        cache[p if p < first else (p - first) % window + first] = p
    return cache[cache >= 0]


def lost_by_ranges(held, length, window, first):
    visible = {*range(min(first, length)), *range(max(0, length - window), length)}
    return visible.difference(held(length, window, first))


def lost_by_a_list(held, length, window, first):
    kept = list(held(length, window, first))
    return [k for k in range(length) if (k < first or k > length - 1 - window) and k not in kept]


def lost_by_a_mask(held, length, window, first):
    seen = torch.arange(length) >= length - window
    seen[:first] = True
    seen[list(held(length, window, first))] = False
    return set(seen.nonzero().flatten().tolist())


def changed_by_edges(windows, length, place):
    rows, end = [], place
    for window in (1, *windows):
        end = length - 1 if window is None else min(end + window - 1, length - 1)
        rows.append([place <= t <= end for t in range(length)])
    return rows


def changed_by_matrices(windows, length, place):
    t = torch.arange(length)
    distance = t[:, None] - t
    rows = [t == place]
    for window in windows:
        mask = (distance >= 0) & (distance < (window or length))
        rows.append((mask.float() @ rows[-1].float()) > 0)
    return torch.stack(rows)


def changed_in_numpy(windows, length, place):
    table = np.zeros((len(windows) + 1, length), dtype=int)
    table[0, place] = 1
    for layer, window in enumerate(windows):
        for t in range(length):
            start = 0 if window is None else max(0, t + 1 - window)
            table[layer + 1, t] = table[layer, start : t + 1].max()
    return table


def choose_by_sorting(patterns, length, share):
    for name in sorted(patterns, key=lambda name: patterns[name][1]):
        windows = patterns[name][0]
        kept = [min(length, window or length) for window in windows]
        if sum(kept) / (len(kept) * length) <= share + 1e-9:
            return name


def choose_by_a_loop(patterns, length, share):
    best, lowest = None, float("inf")
    for name, (windows, loss) in patterns.items():
        kept = np.mean([length if w is None or w > length else w for w in windows])
        if kept <= share * length + 1e-6 and loss < lowest:
            best, lowest = name, loss
    return best


def choose_with_fractions(patterns, length, share):
    def fits(windows):
        kept = sum(1.0 if window is None else min(1.0, window / length) for window in windows)
        return round(kept - share * len(windows), 6) <= 0

    return min((loss, name) for name, (windows, loss) in patterns.items() if fits(windows))[1]


def shares_by_loops(weights, start):
    B, H, T, _ = weights.shape
    found = []
    for h in range(H):
        multiples = [float(weights[b, h, t, 0]) * (t + 1) for b in range(B) for t in range(start, T)]
        found.append(sum(multiples) / len(multiples))
    return found


def shares_by_division(weights, start):
    even = torch.tensor([1 / (t + 1) for t in range(weights.shape[2])])
    return (weights[..., 0] / even)[..., start:].mean(dim=-1).mean(dim=0)


def shares_by_einsum(weights, start):
    w = weights.numpy()[:, :, start:, 0]
    return np.einsum("bht,t->h", w, np.arange(start, weights.shape[2]) + 1.0) / (w.shape[0] * w.shape[2])


def held_as_a_view(length, window, first):
    return {p if p < first else first + (p - first) % window: p for p in range(length)}.values()


def lost_in_numpy(held, length, window, first):
    back = np.arange(length)[::-1]
    return np.setdiff1d(back[(length - 1 - back < window) | (back < first)], held(length, window, first))


RIGHT = {
    "19.2": [
        (held_in_a_list, lost_by_ranges),
        (held_by_turning, lost_by_a_list),
        (held_in_numpy, lost_by_a_mask),
        (held_as_a_view, lost_in_numpy),
    ],
    "19.3": [changed_by_edges, changed_by_matrices, changed_in_numpy],
    "19.4": [choose_by_sorting, choose_by_a_loop, choose_with_fractions],
    "19.6": [shares_by_loops, shares_by_division, shares_by_einsum],
}

WRONG = {
    "19.1": [
        ({"window 2": FIRST}, "window 2: yours has the shape 6 × 6, the true one has the shape 5 × 5"),
        ({"window 2": np.tri(5) - np.tri(5, k=-3)}, "W tokens, not W before it"),
    ],
    "19.2": [
        ((lambda *case: held_in_a_list(*case)[::-1], lost_by_ranges), "held"),
        ((held_in_a_list, lambda held, *case: set()), "lost: yours is set()"),
        ((held_in_a_list, lambda held, *case: lost_by_ranges(lambda *_: [], *case) ^ {*held(*case)}), "out of sight"),
        ((held_in_a_list, lambda held, n, *case: {*lost_by_ranges(held, n, *case)} - {n - 1}), "lost: yours is"),
    ],
    "19.3": [
        (lambda windows, length, place: changed_by_edges(windows, length, place + 1), "yours is"),
        (lambda windows, length, place: [place] * length, "has the shape"),
    ],
    "19.4": [
        (lambda patterns, length, share: list(patterns)[-1], "yours is"),
        (lambda *case: "none", "yours is 'none'"),
    ],
    "19.5": [({"GQA, pattern": 24}, "GQA, pattern: yours is 24, the true value is 4.156")],
    "19.6": [
        (lambda weights, start: weights.mean(dim=(0, 2, 3)), "yours is"),
        (lambda w, start: shares_by_loops(w.flip(1), start), "another order"),
    ],
    "19.7": [
        ({"parameters": 8}, "a window saves no parameters"),
        ({"D = 2,048": 3}, "D = 2,048: yours is 3"),
    ],
}
