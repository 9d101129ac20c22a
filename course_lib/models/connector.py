"""The connector between a vision tower and a language model, as a model that can be trained and saved on its own.

(Slide "Multimodal Vision Language Models Training", stage 1)
"""

from dataclasses import dataclass

from course_lib.errors import CourseError
from course_lib.models.base import Model
from course_lib.nn import CONNECTORS, PixelShuffleConnector
from course_lib.shapes import Features, VisualTokens


@dataclass(frozen=True, kw_only=True)
class ConnectorConfig:
    """The config of a `Connector`.

    Args:
        d_vision: the dimension of the vision tower's features.
        d_model: the dimension of the language model's embeddings.
        kind: the type of connector, one of the keys of `course_lib.nn.CONNECTORS`.

    Raises:
        CourseError: there is no connector of this kind.
    """

    d_vision: int
    d_model: int
    kind: str = "mlp"

    def __post_init__(self):
        if self.kind not in CONNECTORS:
            raise CourseError(f"the connector's kind must be one of {', '.join(CONNECTORS)}, got {self.kind!r}")

    def num_tokens(self, num_patches: int) -> int:
        """Return how many visual tokens the connector makes from an image with `num_patches` patches."""
        return num_patches // 4 if CONNECTORS[self.kind] is PixelShuffleConnector else num_patches


class Connector(Model):
    """A connector that maps the features of image patches to visual tokens; see `course_lib.nn.connector`."""

    def __init__(self, config: ConnectorConfig):
        super().__init__(config)
        self.layers = CONNECTORS[config.kind](config.d_vision, config.d_model)

    def forward(self, features: Features) -> VisualTokens:
        return self.layers(features)
