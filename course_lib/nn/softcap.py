"""Soft-capping, which smoothly keeps scores and logits within a limit (Gemma Team 2024, "Gemma 2", section 2)."""

import torch

from course_lib.shapes import Numbers


def softcap(x: Numbers, cap: float | None) -> Numbers:
    """Return cap · tanh(x / cap), which is close to x for small x and stays within ±cap. If `cap` is None, return x."""
    return x if cap is None else cap * torch.tanh(x / cap)
