"""The boxes between a picture and a language model, beside their twins in `course_lib.nn`."""

import torch
from torch import nn

from course_lib import nn as ours
from tests.parity import shake
from tests.workshop.present.explain.twins import D, E, packed


def case_patches():
    embedding, pixels = shake(ours.PatchEmbedding(3, 2, D)), torch.randn(2, 7, 11)
    javascript = """
        import { PatchEmbedding, cut_into_patches } from "./nn/patches.js";
        const picture = pixels.map(rows);
        const result = [cut_into_patches(picture, 3), new PatchEmbedding(weights, 3).forward(picture)];
    """
    given = {"packed": packed(embedding), "pixels": pixels}
    return javascript, given, [ours.cut_into_patches(pixels[None], 3), embedding(pixels[None])]


def case_connector():
    bridges = nn.ModuleList(shake(make(E, D)) for make in ours.CONNECTORS.values())
    features = torch.randn(16, E)
    javascript = """
        import { CONNECTORS } from "./nn/connector.js";
        const result = Object.values(CONNECTORS).map((Kind, i) => new Kind(weights.at(i)).forward(rows(features)));
    """
    return javascript, {"packed": packed(bridges), "features": features}, [bridge(features[None]) for bridge in bridges]
