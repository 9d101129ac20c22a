"""Faster generation with the same models: packed weights, fused layers, and loops compiled by numba.

Everything here gives the same results as the readable code in `nn` and `models`, which don't depend on this package.
"""

from course_lib.workshop.fast.fused import Fused, fuse
from course_lib.workshop.fast.fused_layer import full_precision, low_precision
from course_lib.workshop.fast.packed_linear import HalfLinear, Int4Linear, Int8Linear, PackedLinear, PackedTable
from course_lib.workshop.fast.packed_model import pack

__all__ = [
    "Fused",
    "HalfLinear",
    "Int4Linear",
    "Int8Linear",
    "PackedLinear",
    "PackedTable",
    "full_precision",
    "fuse",
    "low_precision",
    "pack",
]
