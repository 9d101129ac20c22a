"""The bridge from a vision tower to a language model, as a model of its own: all that the first stage of training makes
(slide "Multimodal Vision Language Models Training")."""

from dataclasses import dataclass

from course_lib.errors import CourseError
from course_lib.models.base import Model
from course_lib.nn import CONNECTORS, PixelShuffleConnector
from course_lib.shapes import Features, VisualTokens


@dataclass(frozen=True, kw_only=True)
class ConnectorConfig:
    """What a `Connector` is: one of `CONNECTORS`, from `d_vision` to `d_model`.

    Raises:
        CourseError: an unknown kind.
    """

    d_vision: int
    d_model: int
    kind: str = "mlp"

    def __post_init__(self):
        if self.kind not in CONNECTORS:
            raise CourseError(f"unknown connector {self.kind!r}; known: {', '.join(CONNECTORS)}")

    def num_tokens(self, num_patches: int) -> int:
        """How many visual tokens come out for so many patches."""
        return num_patches // 4 if CONNECTORS[self.kind] is PixelShuffleConnector else num_patches


class Connector(Model):
    """Features of patches to visual tokens, see `course_lib.nn.connector`."""

    def __init__(self, config: ConnectorConfig):
        super().__init__(config)
        self.layers = CONNECTORS[config.kind](config.d_vision, config.d_model)

    def forward(self, features: Features) -> VisualTokens:
        return self.layers(features)
