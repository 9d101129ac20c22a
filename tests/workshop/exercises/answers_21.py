"""Answers to the exercises of lesson 21."""

import heapq

import numpy as np
import torch


def steps_by_a_heap(lengths, rows):
    fixed, ends = 0, [0] * rows
    for start in range(0, len(lengths), rows):
        fixed += max(lengths[start : start + rows])
    for length in lengths:
        heapq.heappush(ends, heapq.heappop(ends) + length)
    return {"fixed": fixed, "continuous": max(ends)}


def steps_one_by_one(lengths, rows):
    left, waiting, count, fixed = [], list(lengths), 0, 0
    while waiting or left:
        while waiting and len(left) < rows:
            left.append(waiting.pop(0))
        left = [n - 1 for n in left if n > 1]
        count += 1
    batch = []
    for length in lengths:
        batch.append(length)
        if len(batch) == rows:
            fixed, batch = fixed + max(batch), []
    return {"continuous": count, "fixed": fixed + max(batch, default=0)}


def steps_in_numpy(lengths, rows):
    padded = np.array(lengths + [0] * (-len(lengths) % rows)).reshape(-1, rows)
    ends = np.zeros(rows, dtype=int)
    for length in lengths:
        ends[ends.argmin()] += length
    return {"fixed": padded.max(axis=1).sum(), "continuous": ends.max()}


def pieces_by_columns(prompts, size):
    width, pieces = max(len(ids) for ids in prompts), []
    for start in range(0, width, size):
        columns = range(start, min(start + size, width))
        positions = [[max(c - width + len(ids), -1) for c in columns] for ids in prompts]
        tokens = [[ids[p] if p >= 0 else 0 for p in row] for ids, row in zip(prompts, positions, strict=True)]
        pieces.append((tokens, positions))
    return pieces


def pieces_from_a_mask(prompts, size):
    width = max(map(len, prompts))
    real = torch.tensor([[c >= width - len(ids) for c in range(width)] for ids in prompts])
    tokens = torch.zeros(len(prompts), width, dtype=torch.long)
    tokens[real] = torch.tensor(sum(prompts, []))
    positions = real.long().cumsum(dim=1) - 1
    return [[tokens[:, i : i + size], positions[:, i : i + size]] for i in range(0, width, size)]


def pieces_in_numpy(prompts, size):
    width = max(map(len, prompts))
    tokens = np.array([np.pad(ids, (width - len(ids), 0)) for ids in prompts])
    positions = np.array([np.pad(np.arange(len(ids)), (width - len(ids), 0), constant_values=-1) for ids in prompts])
    cuts = range(size, width, size)
    return tuple(zip(np.split(tokens, cuts, axis=1), np.split(positions, cuts, axis=1), strict=True))


def pieces_as_a_zip(prompts, size):
    tokens, positions = (torch.cat(parts, dim=1) for parts in zip(*pieces_from_a_mask(prompts, size), strict=True))
    return zip(tokens.split(size, dim=1), positions.split(size, dim=1), strict=True)


def pieces_with_padding_by_token(prompts, size):
    width = max(map(len, prompts))
    tokens = torch.tensor([[0] * (width - len(ids)) + ids for ids in prompts])
    positions = ((tokens != 0).cumsum(1) - 1) * (tokens != 0) - (tokens == 0).long()
    return list(zip(tokens.split(size, 1), positions.split(size, 1), strict=True))


def fewest_by_a_tree(prompts):
    root, count = {}, 0
    for ids in prompts:
        node = root
        for id in ids:
            if id not in node:
                node[id], count = {}, count + 1
            node = node[id]
    return count


def fewest_by_sorting(prompts):
    count, before = 0, []
    for ids in sorted(prompts):
        shared = 0
        while shared < min(len(ids), len(before)) and ids[shared] == before[shared]:
            shared += 1
        count, before = count + len(ids) - shared, ids
    return count


def fewest_by_words(prompts):
    return len({" ".join(map(str, ids[: n + 1])) for ids in prompts for n, _ in enumerate(ids)})


def worth_by_loops(p, q, k, c):
    pairs = list(zip(p.tolist(), q.tolist(), strict=True))
    alpha = sum(min(a, b) for a, b in pairs)
    rest = [max(a - b, 0) / (1 - alpha) for a, b in pairs]
    tokens = sum(alpha**i for i in range(k + 1))
    return {"rest": rest, "kept": alpha, "tokens": tokens, "gain": tokens / (1 + k * c)}


def worth_in_numpy(p, q, k, c):
    p, q = p.numpy(), q.numpy()
    missing = np.maximum(p - q, 0)
    alpha = 1 - missing.sum()
    tokens = (1 - alpha ** (k + 1)) / (1 - alpha)
    return {"rest": missing / missing.sum(), "kept": alpha, "tokens": tokens, "gain": tokens / (1 + k * c)}


def worth_by_the_draft(p, q, k, c):
    alpha = (q * torch.clamp(p / q, max=1)).sum()
    rest = torch.relu(p - q)
    tokens = (alpha ** torch.arange(k + 1)).sum()
    return {"rest": rest / rest.sum(), "kept": alpha, "tokens": tokens, "gain": tokens / (1 + k * c)}


def rounded_by_loops(weight, bits, group):
    back = torch.empty_like(weight)
    for row in range(len(weight)):
        for start in range(0, weight.shape[1], group):
            part = weight[row, start : start + group]
            scale = (part.max() - part.min()) / (2**bits - 1)
            back[row, start : start + group] = part.min() + scale * torch.round((part - part.min()) / scale)
    return back


def rounded_in_numpy(weight, bits, group):
    groups = weight.numpy().reshape(-1, group)
    low, high = groups.min(axis=1, keepdims=True), groups.max(axis=1, keepdims=True)
    scale = (high - low) / (2**bits - 1)
    return (low + scale * np.rint((groups - low) / scale)).reshape(weight.shape)


def rounded_by_nearest(weight, bits, group):
    groups = weight.reshape(-1, group)
    low, high = groups.min(1, keepdim=True).values, groups.max(1, keepdim=True).values
    levels = low + (high - low) * torch.linspace(0, 1, 2**bits)
    nearest = (groups.unsqueeze(2) - levels.unsqueeze(1)).abs().argmin(dim=2)
    return levels.gather(1, nearest).reshape(weight.shape)


RIGHT = {
    "21.1": [steps_by_a_heap, steps_one_by_one, steps_in_numpy],
    "21.2": [pieces_by_columns, pieces_from_a_mask, pieces_in_numpy, pieces_as_a_zip],
    "21.3": [fewest_by_a_tree, fewest_by_sorting, fewest_by_words],
    "21.5": [worth_by_loops, worth_in_numpy, worth_by_the_draft],
    "21.6": [rounded_by_loops, rounded_in_numpy, rounded_by_nearest],
}

WRONG = {
    "21.1": [
        (lambda lengths, rows: {"fixed": len(lengths), "continuous": rows}, "fixed: yours is"),
        (lambda lengths, rows: {**steps_by_a_heap(lengths, rows), "continuous": 1}, "continuous: yours is 1"),
    ],
    "21.2": [
        (lambda prompts, size: [torch.tensor(ids).split(size) for ids in prompts], "yours is"),
        (lambda prompts, size: pieces_by_columns(prompts, 99), "yours is a list of 1"),
        (pieces_with_padding_by_token, "a text may hold the token 0, too"),
        (lambda prompts, size: pieces_by_columns([ids[::-1] for ids in prompts], size), "part 0: at"),
    ],
    "21.3": [
        (lambda prompts: len(prompts), "yours is"),
        (lambda prompts: len(prompts[0]), "yours is"),
        (lambda prompts: len({str(i) for ids in prompts for i in ids}), "different tokens"),
    ],
    "21.4": [
        ({"shared": 5}, "shared: yours is 5, the true value is 6"),
        ({"texts in 128": None}, "texts in 128 is still missing"),
    ],
    "21.5": [
        (lambda p, q, k, c: {**worth_by_loops(p, q, k, c), "gain": 1.0}, "gain: yours is 1"),
        (lambda p, q, k, c: {**worth_by_loops(p, q, k, c), "rest": p[:2]}, "shape"),
    ],
    "21.6": [
        (lambda weight, bits, group: weight, "yours is"),
        (lambda weight, bits, group: weight[:, :group], "shape"),
    ],
}
