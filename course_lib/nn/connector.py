"""From what a vision tower makes of a picture to what a language model reads: visual tokens (slide "Multimodal Vision
Language Models", step 2)."""

from collections.abc import Callable

from torch import nn

from course_lib.errors import CourseError
from course_lib.nn.activations import ACTIVATIONS
from course_lib.shapes import Features, VisualTokens


class LinearConnector(nn.Module):
    """One linear layer, the same for every patch (Liu et al. 2023, section 4.1)."""

    def __init__(self, d_vision: int, d_model: int):
        super().__init__()
        self.proj = nn.Linear(d_vision, d_model)

    def forward(self, features: Features) -> VisualTokens:
        return self.proj(features)


class MlpConnector(nn.Module):
    """Two linear layers with GELU between them (LLaVA-1.5; Liu et al. 2024, section 3.3)."""

    def __init__(self, d_vision: int, d_model: int, activation: Callable = ACTIVATIONS["gelu"]):
        super().__init__()
        self.up_proj = nn.Linear(d_vision, d_model)
        self.down_proj = nn.Linear(d_model, d_model)
        self.activation = activation

    def forward(self, features: Features) -> VisualTokens:
        return self.down_proj(self.activation(self.up_proj(features)))


class PixelShuffleConnector(MlpConnector):
    """Neighboring patches become one longer vector first, so that pictures take a quarter of the tokens.

    Squares of 2 x 2 patches, from left to right, row by row; then the two layers (InternVL; Chen et al. 2024, section
    3, as "pixel unshuffle"). Nothing is lost but the number of places.
    """

    def __init__(self, d_vision: int, d_model: int):
        super().__init__(4 * d_vision, d_model)

    def forward(self, features: Features) -> VisualTokens:
        return super().forward(merge_neighbors(features))


def merge_neighbors(features: Features) -> VisualTokens:
    """Join squares of 2 x 2 patches, each four times as wide. Raises CourseError unless they form such squares."""
    side = round(features.shape[1] ** 0.5)
    if side * side != features.shape[1] or side % 2:
        raise CourseError(f"2 x 2 patches are joined in a square of even sides only, got {features.shape[1]} patches")
    squares = features.unflatten(1, (side // 2, 2, side // 2, 2))  # row of squares, row in it, column, column in it
    return squares.transpose(2, 3).flatten(3).flatten(1, 2)


CONNECTORS = {"linear": LinearConnector, "mlp": MlpConnector, "pixel shuffle": PixelShuffleConnector}
