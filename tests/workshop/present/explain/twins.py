"""What the tests of the page's JavaScript share: weights of 16 bits, and sequences as lists."""

from dataclasses import asdict

import torch

from course_lib.workshop.present.explain.weights import pack

T, S, H, K, E, D_FF, V = 5, 7, 6, 3, 14, 13, 17
D = H * E
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


def contents(model):
    """What a page would know of a model, but for its words."""
    return {"architecture": type(model).__name__, "config": asdict(model.config), "weights": packed(model)}
