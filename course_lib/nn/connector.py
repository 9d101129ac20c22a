"""Connectors, which map the output of a vision tower to visual tokens for a language model.

(Slide "Multimodal Vision Language Models", step 2)
"""

from collections.abc import Callable

from torch import nn

from course_lib.errors import CourseError
from course_lib.nn.activations import ACTIVATIONS
from course_lib.shapes import Features, VisualTokens


class LinearConnector(nn.Module):
    """A connector with one linear layer, which is applied to each patch (Liu et al. 2023, section 4.1)."""

    def __init__(self, d_vision: int, d_model: int):
        super().__init__()
        self.proj = nn.Linear(d_vision, d_model)

    def forward(self, features: Features) -> VisualTokens:
        return self.proj(features)


class MlpConnector(nn.Module):
    """A connector with two linear layers and a GELU between them (LLaVA-1.5; Liu et al. 2024, section 3.3)."""

    def __init__(self, d_vision: int, d_model: int, activation: Callable = ACTIVATIONS["gelu"]):
        super().__init__()
        self.up_proj = nn.Linear(d_vision, d_model)
        self.down_proj = nn.Linear(d_model, d_model)
        self.activation = activation

    def forward(self, features: Features) -> VisualTokens:
        return self.down_proj(self.activation(self.up_proj(features)))


class PixelShuffleConnector(MlpConnector):
    """An `MlpConnector` that first merges each square of 2 x 2 patches, so that an image takes a quarter of the tokens.

    The four vectors of a square are concatenated, so no information is lost. The squares are ordered row by row, from
    left to right (InternVL; Chen et al. 2024, section 3, "pixel unshuffle").
    """

    def __init__(self, d_vision: int, d_model: int):
        super().__init__(4 * d_vision, d_model)

    def forward(self, features: Features) -> VisualTokens:
        return super().forward(merge_neighbors(features))


def merge_neighbors(features: Features) -> VisualTokens:
    """Concatenate the vectors of each square of 2 x 2 patches.

    Raises:
        CourseError: the patches don't form a square grid with an even side length.
    """
    side = round(features.shape[1] ** 0.5)
    if side * side != features.shape[1] or side % 2:
        raise CourseError(
            f"the patches must form a square grid with an even side length, got {features.shape[1]} patches; "
            "use another image size, or a connector that doesn't merge patches"
        )
    # The new axes are the row of squares, the row in a square, the column of squares, and the column in a square.
    squares = features.unflatten(1, (side // 2, 2, side // 2, 2))
    return squares.transpose(2, 3).flatten(3).flatten(1, 2)


CONNECTORS = {"linear": LinearConnector, "mlp": MlpConnector, "pixel shuffle": PixelShuffleConnector}
