"""Answers to the exercises of lesson 17."""

import math
from itertools import accumulate

import numpy as np
import torch


def step_by_loops(x, kept, layers):
    now = []
    for (W_Q, W_K, W_V), (K, V) in zip(layers, kept, strict=True):
        K, V = [*K, x @ W_K], [*V, x @ W_V]
        now.append((K, V))
        powers = [math.exp(x @ W_Q @ k / len(x) ** 0.5) for k in K]
        x = sum(power / sum(powers) * v for power, v in zip(powers, V, strict=True))
    return x, now


def step_in_numpy(x, kept, layers):
    x, now = np.asarray(x), []
    for (W_Q, W_K, W_V), (K, V) in zip(layers, kept, strict=True):
        K, V = np.vstack([K, x @ np.asarray(W_K)]), np.vstack([V, x @ np.asarray(W_V)])
        powers = np.exp(K @ (x @ np.asarray(W_Q)) / np.sqrt(K.shape[1]))
        x = powers / powers.sum() @ V
        now.append([K, V])
    return x, now


def step_newest_first(x, kept, layers):
    now = [(torch.cat([(x @ layers[0][1])[None], kept[0][0]]), torch.cat([(x @ layers[0][2])[None], kept[0][1]]))]
    weights = torch.softmax(now[0][0] @ (x @ layers[0][0]) / math.sqrt(x.shape[0]), 0)
    x = torch.einsum("s,se->e", weights, now[0][1])
    if len(layers) == 1:
        return x, now
    x, deeper = step_newest_first(x, kept[1:], layers[1:])
    return x, now + deeper


def step_with_one_memory():
    """A step that keeps the text itself; where two are read in turns, it mixes them."""
    text = []

    def step(x, kept, layers):
        if not len(kept[0][0]):
            text.clear()
        text.append(x)
        X, now = torch.stack(text), []
        for W_Q, W_K, W_V in layers:
            now.append((X @ W_K, X @ W_V))
            hidden = torch.ones(len(X), len(X), dtype=torch.bool).triu(1)
            scores = X @ W_Q @ now[-1][0].T / math.sqrt(len(x))
            X = scores.masked_fill(hidden, -math.inf).softmax(dim=-1) @ now[-1][1]
        return X[-1], now

    return step


def difference_row_by_row(step, plain, X, layers):
    true, worst = plain(X, layers), 0.0
    kept = [(X[:0], X[:0])] * len(layers)
    for x, row in zip(X, true, strict=True):
        output, kept = step(x, kept, layers)
        worst = max(worst, float(torch.max(torch.abs(output - row))))
    return worst


def difference_stacked(step, plain, X, layers):
    kept, outputs = [(torch.zeros(0, X.shape[1]),) * 2 for _ in layers], torch.empty_like(X)
    for t in range(len(X)):
        outputs[t], kept = step(X[t], kept, layers)
    return torch.dist(outputs, plain(X, layers), math.inf)


def difference_in_numpy(step, plain, X, layers):
    kept, outputs = [(X[:0], X[:0]) for _ in layers], []
    for x in X:
        output, kept = step(x, kept, layers)
        outputs.append(output.numpy())
    return np.abs(np.array(outputs) - plain(X, layers).numpy()).max()


def rows_by_tokens(system, turns):
    counts, text = {"plain": 0, "per turn": 0, "kept": 0}, system
    in_cache = 0
    for question, answer in turns:
        text += question
        in_turn = 0
        for _ in range(answer):
            counts["plain"] += text
            counts["per turn"] += text - in_turn
            counts["kept"] += text - in_cache
            in_turn = in_cache = text
            text += 1
    return counts


def rows_by_formula(system, turns):
    ends = list(accumulate((q + a for q, a in turns), initial=system))
    prompts = [end + q for end, (q, _) in zip(ends, turns, strict=False)]
    plain = sum(a * prompt + a * (a - 1) // 2 for prompt, (_, a) in zip(prompts, turns, strict=True))
    return {"plain": plain, "per turn": sum(ends[1:]) - len(turns), "kept": ends[-1] - 1}


def rows_in_torch(system, turns):
    turns = torch.tensor(turns)
    end = system + turns.sum(dim=1).cumsum(dim=0)
    plain = sum(torch.arange(e - a, e).sum() for e, a in zip(end, turns[:, 1], strict=True))
    return {"plain": plain, "per turn": (end - 1).sum(), "kept": end[-1] - 1}


def difference_without_memory(step, plain, X, layers):
    return max(
        torch.dist(step(x, [(X[:0], X[:0])] * len(layers), layers)[0], y, math.inf)
        for x, y in zip(X, plain(X, layers), strict=True)
    )


DEAR = {"17.2"}  # in the slow tests
RIGHT = {
    "17.2": [
        (step_by_loops, difference_row_by_row),
        (step_in_numpy, difference_stacked),
        (step_newest_first, difference_in_numpy),
    ],
    "17.3": [
        (rows_by_tokens, lambda n, c: (math.log2(c[-1]) - math.log2(c[0])) / (math.log2(n[-1]) - math.log2(n[0]))),
        (rows_by_formula, lambda n, c: math.log(c[-1] / c[0], n[-1] / n[0])),
        (rows_in_torch, lambda n, c: np.polyfit(np.log([n[0], n[-1]]), np.log([c[0], c[-1]]), 1)[0]),
    ],
}

WRONG = {
    "17.1": [({"dropped": 7}, "dropped: yours is 7, the true value is 4")],
    "17.2": [
        ((lambda x, kept, layers: (x, kept), difference_row_by_row), "outputs: at"),
        ((lambda x, kept, layers: x, difference_row_by_row), "this can't be checked: it raises ValueError"),
        ((step_with_one_memory(), difference_row_by_row), "outputs: at"),
        ((step_by_loops, difference_without_memory), "what the next `step` begins with"),
        ((step_by_loops, lambda step, plain, X, layers: 0), "largest difference: yours is 0"),
    ],
    "17.3": [
        ((lambda system, turns: {**rows_by_tokens(system, turns), "plain": 1}, math.dist), "rows: plain: yours is 1"),
        ((rows_by_tokens, lambda n, c: 2), "power: yours is 2"),
        ((rows_by_tokens, lambda n, c: np.polyfit(np.log(n), np.log(c), 1)[0]), "power: yours is"),
        ((lambda system, turns: list(rows_by_tokens(system, turns).values()), math.dist), "a dict with plain"),
    ],
    "17.4": [({"Llama 2 7B": 76}, "Llama 2 7B: yours is 76, the true value is 75")],
}
