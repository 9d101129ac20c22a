"""The connector between a vision tower and a language model, as a model that can be trained and saved alone.

(Slide "Multimodal Vision Language Models Training", stage 1)
"""

from dataclasses import dataclass

from course_lib.errors import CourseError
from course_lib.models.base import Model
from course_lib.nn import CONNECTORS, PixelShuffleConnector
from course_lib.shapes import Features, VisualTokens


@dataclass(frozen=True, kw_only=True)
class ConnectorConfig:
    """The sizes and the kind of a `Connector`.

    Args:
        d_vision: size of the vision tower's vectors.
        d_model: size of the language model's vectors.
        kind: a key of `CONNECTORS`.

    Raises:
        CourseError: the kind is unknown.
    """

    d_vision: int
    d_model: int
    kind: str = "mlp"

    def __post_init__(self):
        if self.kind not in CONNECTORS:
            raise CourseError(f"the kind of a connector must be one of {', '.join(CONNECTORS)}, got {self.kind!r}")

    def num_tokens(self, num_patches: int) -> int:
        """Return the number of visual tokens for `num_patches` patches."""
        return num_patches // 4 if CONNECTORS[self.kind] is PixelShuffleConnector else num_patches


class Connector(Model):
    """Map patch features to visual tokens, see `course_lib.nn.connector`."""

    def __init__(self, config: ConnectorConfig):
        super().__init__(config)
        self.layers = CONNECTORS[config.kind](config.d_vision, config.d_model)

    def forward(self, features: Features) -> VisualTokens:
        return self.layers(features)
