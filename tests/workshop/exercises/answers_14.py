"""Answers to the exercises of lesson 14."""

import numpy as np
import torch


def groups_by_loops(rewards, size):
    found = []
    for start in range(0, len(rewards), size):
        group = rewards[start : start + size].tolist()
        mean = sum(group) / size
        deviation = (sum((r - mean) ** 2 for r in group) / (size - 1)) ** 0.5
        found += [(r - mean) / deviation for r in group]
    return found


def groups_in_numpy(rewards, size):
    groups = rewards.numpy().reshape(-1, size)
    return ((groups - groups.mean(1, keepdims=True)) / groups.std(1, ddof=1, keepdims=True)).ravel()


def groups_in_chunks(rewards, size):
    return torch.cat([(part - part.mean()) / part.std() for part in rewards.split(size)])


def tokens_in_a_list(reward, log_p, reference, kl_weight):
    found = [-kl_weight * (a - b) for a, b in zip(log_p.tolist(), reference.tolist(), strict=True)]
    found[-1] += reward
    return found


def tokens_in_place(reward, log_p, reference, kl_weight):
    found = kl_weight * (reference - log_p)
    found[-1] += reward
    return found


def tokens_in_numpy(reward, log_p, reference, kl_weight):
    return np.where(np.arange(len(log_p)) == len(log_p) - 1, reward, 0) - kl_weight * (log_p - reference).numpy()


RIGHT = {
    "14.2": [
        (groups_by_loops, tokens_in_a_list),
        (groups_in_numpy, tokens_in_place),
        (groups_in_chunks, tokens_in_numpy),
    ],
}

WRONG = {
    "14.1": [({"DPO": 0.693}, "DPO: yours is 0.693, the true value is 0.3133")],
    "14.2": [
        ((lambda rewards, size: rewards - rewards.mean(), tokens_in_place), "groups"),
        (
            (groups_in_chunks, lambda reward, p, ref, kl_weight: reward - kl_weight * (p - ref)),
            "the last token earns it",
        ),
    ],
    "14.3": [({"Z": 1.5}, "Z: yours is 1.5, the true value is 2")],
    "14.4": [({"nearest": "R"}, "nearest: yours is 'R', the true value is 'Q'")],
}
