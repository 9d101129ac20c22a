"""What the tests of the page's JavaScript share: weights of 16 bits, and sequences as lists."""

import torch

from course_lib.present.explain.weights import pack

WEIGHTS = """
import { Weights } from "./models/store.js";
const weights = Weights.unpack(packed);
"""
ROWS = "const rows = (x) => x.map((row) => Float32Array.from(row));\n"


def rounded(module):
    """The module, in eval mode, with weights that are numbers of 16 bits, as in a page."""
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(parameter.half())
    return module.eval()


def packed(module):
    """The weights of a module, rounded first."""
    return pack(rounded(module))


def as_tensor(numbers):
    """What came back from JavaScript, with a batch of one in front."""
    return torch.tensor(numbers)[None]
