"""Scores and logits that cannot run away (Gemma Team 2024, "Gemma 2", section 2: logit soft-capping)."""

import torch


def softcap(x, cap):
    """cap · tanh(x / cap): nearly x where x is small, and never beyond ±cap."""
    return cap * torch.tanh(x / cap)
