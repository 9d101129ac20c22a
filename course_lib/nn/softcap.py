"""Scores and logits that cannot run away (Gemma Team 2024, "Gemma 2", section 2: logit soft-capping)."""

import math

import torch


def softcap(x, cap):
    """cap · tanh(x / cap): nearly x where x is small, and never beyond ±cap."""
    return cap * torch.tanh(x / cap)


class SoftcappedAttention:
    """softmax(softcap(q kᵀ / √E)) v, step by step: the fused kernels have no place for the tanh.

    Takes the place of `scaled_dot_product_attention`, with a bool mask.
    """

    def __init__(self, cap):
        self.cap = cap

    def __call__(self, q, k, v, mask=None):
        """Queries B H T E, keys and values B K S E -> B H T E; a query that may attend to nothing gives zeros."""
        return self.weights(q, k, mask) @ v.repeat_interleave(q.shape[1] // v.shape[1], dim=1)

    def weights(self, q, k, mask=None):
        """The weights, B H T S."""
        k = k.repeat_interleave(q.shape[1] // k.shape[1], dim=1)
        scores = softcap(q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1]), self.cap)
        if mask is None:
            return scores.softmax(dim=-1)
        return scores.masked_fill(~mask, torch.finfo(scores.dtype).min).softmax(dim=-1) * mask
