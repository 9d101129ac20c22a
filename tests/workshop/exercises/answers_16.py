"""Answers to the exercises of lesson 16."""

import math

import numpy as np
import torch

from course_lib.nn import Llama3Scaling


def slow_down_by_loops(theta, length, factor, slow, fast):
    slower = []
    for angle in theta.tolist():
        turns = length * angle / 2 / math.pi
        if turns >= fast:
            slower.append(angle)
        elif turns <= slow:
            slower.append(angle / factor)
        else:
            share = (turns - slow) / (fast - slow)
            slower.append(share * angle + (1 - share) * angle / factor)
    return slower


def slow_down_in_numpy(theta, length, factor, slow, fast):
    waves = 2 * np.pi / theta.numpy()
    share = np.clip((length / waves - slow) / (fast - slow), 0, 1)
    return theta.numpy() * (share + (1 - share) / factor)


def slow_down_as_llama(theta, length, factor, slow, fast):
    return Llama3Scaling(factor=factor, original_length=length, slow=slow, fast=fast)(theta, None)


def gap_by_lists(T, gap):
    return [t if t < T // 2 else t + gap for t in range(T)]


def gap_in_two_parts(T, gap):
    return torch.cat([torch.arange(T // 2), torch.arange(T // 2, T) + gap])


def gap_in_numpy(T, gap):
    positions = np.arange(T)
    positions[T // 2 :] += gap
    return positions


RIGHT = {
    "16.2": [slow_down_by_loops, slow_down_in_numpy, slow_down_as_llama],
    "16.3": [gap_by_lists, gap_in_two_parts, gap_in_numpy],
}

WRONG = {
    "16.1": [
        ({"slowest": 5}, "slowest: yours is 5, the true value is 7"),
        ({"turns": [15.92]}, "turns: yours has the shape 1, the true one has the shape 4"),
    ],
    "16.2": [
        (lambda theta, length, factor, slow, fast: theta, "yours is"),
        (lambda theta, length, factor, slow, fast: theta[1:], "shape"),
    ],
    "16.3": [
        (lambda T, gap: torch.arange(T) * 2, "yours is"),
        (lambda T, gap: torch.arange(T + gap), "shape"),
    ],
    "16.4": [
        ({"A": "rope"}, "A: yours is 'rope', the true value is 'none'"),
        ({"250 characters": None}, "250 characters is still missing"),
    ],
}
