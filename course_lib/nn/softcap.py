"""Scores and logits that cannot run away (Gemma Team 2024, "Gemma 2", section 2: logit soft-capping)."""

import torch

from course_lib.shapes import Numbers


def softcap(x: Numbers, cap: float | None) -> Numbers:
    """cap · tanh(x / cap): nearly x where x is small, and never beyond ±cap; x itself without a cap."""
    return x if cap is None else cap * torch.tanh(x / cap)
