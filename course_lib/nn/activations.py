"""The non-linear functions between two linear layers, by the names that configurations have for them."""

from functools import partial

import torch
import torch.nn.functional as F

from course_lib.shapes import Numbers


def quick_gelu(x: Numbers) -> Numbers:
    """x · sigmoid(1.702 x): nearly GELU (Hendrycks and Gimpel 2016, section 2); the first CLIP has it."""
    return x * torch.sigmoid(1.702 * x)


ACTIVATIONS = {
    "silu": F.silu,
    "gelu_tanh": partial(F.gelu, approximate="tanh"),
    "gelu": F.gelu,
    "quick_gelu": quick_gelu,
}
