"""Answers to the exercises of lesson 18."""

import numpy as np
import torch


def repeat_by_loops(weight, num_kv_heads, num_heads):
    E = len(weight) // num_kv_heads
    rows = []
    for h in range(num_heads):
        shared = h // (num_heads // num_kv_heads)
        rows += [weight[shared * E + i] for i in range(E)]
    return torch.stack(rows)


def repeat_by_expanding(weight, num_kv_heads, num_heads):
    heads = weight.reshape(num_kv_heads, 1, -1, weight.shape[1])
    return heads.expand(-1, num_heads // num_kv_heads, -1, -1).reshape(-1, weight.shape[1])


def repeat_in_numpy(weight, num_kv_heads, num_heads):
    heads = np.split(weight.numpy(), num_kv_heads)
    return np.vstack([head for head in heads for _ in range(num_heads // num_kv_heads)])


def convert_by_loops(q_proj, k_proj, o_proj, groups):
    E = len(q_proj) // sum(map(len, groups))
    q, k, o = [], [], []
    for group in groups:
        rows = [k_proj[h * E : (h + 1) * E] for h in group]
        k.append(sum(rows) / len(rows))
        for h in group:
            q.append(q_proj[h * E : (h + 1) * E])
            o.append(o_proj[:, h * E : (h + 1) * E])
    return torch.cat(q), torch.cat(k), torch.cat(o, dim=1)


def convert_by_index(q_proj, k_proj, o_proj, groups):
    order = torch.tensor(groups).flatten()
    E = len(q_proj) // len(order)
    rows = (order[:, None] * E + torch.arange(E)).flatten()
    k = k_proj[rows].reshape(len(groups), -1, E, k_proj.shape[1]).mean(dim=1)
    return {"q_proj": q_proj[rows], "k_proj": k.reshape(-1, k_proj.shape[1]), "o_proj": o_proj[:, rows]}


def convert_by_matrices(q_proj, k_proj, o_proj, groups):
    order = np.array(groups).ravel()
    E = len(q_proj) // len(order)
    move = np.kron(np.eye(len(order))[order], np.eye(E))
    pool = np.kron(np.kron(np.eye(len(groups)), np.ones((1, len(groups[0])))) / len(groups[0]), np.eye(E))
    return [move @ q_proj.numpy(), pool @ move @ k_proj.numpy(), o_proj.numpy() @ move.T]


def uptrain_in_order(model, num_kv_heads, steps, convert, fit, score):
    losses = [score(model)]
    new = convert(model, num_kv_heads)
    losses.append(score(new))
    fit(new, steps // 10)
    losses.append(score(new))
    whole, broken, after = losses
    return {"broken": broken, "uptrained": after, "recovered": 1 - (after - whole) / (broken - whole)}


def uptrain_scoring_last(model, num_kv_heads, steps, convert, fit, score):
    found = {"broken": score(convert(model, num_kv_heads))}
    found["uptrained"] = score(fit(convert(model, num_kv_heads), int(0.1 * steps)))
    found["recovered"] = np.subtract(*found.values()) / (found["broken"] - score(model))
    return found


def uptrain_in_torch(model, num_kv_heads, steps, convert, fit, score):
    new = convert(model, num_kv_heads)
    gap = torch.tensor(score(new)) - score(model)
    broken = score(new)
    after = torch.tensor(score(fit(new, round(steps / 10))))
    return {"broken": broken, "uptrained": after, "recovered": (broken - after) / gap}


RIGHT = {
    "18.3": [repeat_by_loops, repeat_by_expanding, repeat_in_numpy],
    "18.5": [convert_by_loops, convert_by_index, convert_by_matrices],
    "18.6": [uptrain_in_order, uptrain_scoring_last, uptrain_in_torch],
}

WRONG = {
    "18.1": [({"reads": [0, 1, 2]}, "reads: yours has the shape 3, the true one has the shape 12")],
    "18.2": [({"cache, K = 8": 2}, "cache, K = 8: yours is 2, the true value is 0.5")],
    "18.3": [
        (lambda weight, K, H: torch.cat([weight] * (H // K)), "the heads are repeated in turns"),
        (lambda weight, K, H: weight.repeat(H, 1), "has the shape"),
    ],
    "18.4": [({"fair": {"C"}}, "fair: yours is")],
    "18.5": [
        (lambda q, k, o, groups: (q, k, o), "not right yet"),
        (lambda q, k, o, groups: convert_by_loops(k, q, o, groups), "q_proj: at"),
    ],
    "18.6": [
        (lambda model, K, steps, convert, fit, score: {"broken": score(model)}, "broken: yours is"),
        (lambda model, K, steps, convert, fit, score: uptrain_in_order(model, 1, steps, convert, fit, score), "broken"),
    ],
}

ANY = {"18.6": {"convert", "fit", "score"}}  # arguments that may be the same in all cases: tools
FOUR_DECIMALS = {"18.2"}  # as its sheet says
