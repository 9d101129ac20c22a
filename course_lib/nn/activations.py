"""Activation functions under the names that model configs use."""

from functools import partial

import torch
import torch.nn.functional as F

from course_lib.shapes import Numbers


def quick_gelu(x: Numbers) -> Numbers:
    """Approximate GELU by x · sigmoid(1.702 x), as the original CLIP does (Hendrycks and Gimpel 2016, section 2)."""
    return x * torch.sigmoid(1.702 * x)


ACTIVATIONS = {
    "silu": F.silu,
    "gelu_tanh": partial(F.gelu, approximate="tanh"),
    "gelu": F.gelu,
    "quick_gelu": quick_gelu,
}
