"""A language model that sees (slide "Multimodal Vision Language Models", figure 1: LLaVA-1.5; Liu et al. 2024)."""

from dataclasses import dataclass, replace

import torch
import torch.nn.functional as F

from course_lib.errors import CourseError
from course_lib.models.base import Model
from course_lib.models.connector import Connector, ConnectorConfig
from course_lib.models.llm import Llm, LlmConfig
from course_lib.models.vision_tower import VisionConfig, VisionTower
from course_lib.nn import DecoderCache
from course_lib.shapes import BTD, Features, IdsBT, Keep, Kept, Pixels, check_shape

ROWS_OF_TOKENS = ("embedding.table.weight", "output.weight")  # of an `Llm`: a row for each token


@dataclass(frozen=True, kw_only=True)
class VlmConfig:
    """The parts of a `Vlm`, and where they meet.

    `image_id` is the placeholder in a text whose place a visual token takes. `vision_layer` says which hidden state of
    the tower the connector reads: -2, the last but one, since the last is made for comparing whole pictures.

    Raises:
        CourseError: the connector doesn't fit between the others, or the placeholder is no token.
    """

    vision: VisionConfig
    connector: ConnectorConfig
    text: LlmConfig
    image_id: int
    vision_layer: int = -2

    def __post_init__(self):
        ends, needed = (self.connector.d_vision, self.connector.d_model), (self.vision.d_model, self.text.d_model)
        if ends != needed:
            raise CourseError(f"the connector leads from {ends[0]} to {ends[1]}, expected {needed[0]} to {needed[1]}")
        if not 0 <= self.image_id < self.text.vocab_size:
            raise CourseError(f"image_id must be 0 to {self.text.vocab_size - 1}, got {self.image_id}")

    @property
    def num_visual_tokens(self) -> int:
        """How many tokens a picture takes."""
        return self.connector.num_tokens(self.vision.num_patches)

    @property
    def max_length(self) -> int:
        """The context: how many tokens of text and pictures the model was made for."""
        return self.text.max_length


class Vlm(Model):
    """A vision tower, a connector and a language model."""

    def __init__(self, config: VlmConfig):
        super().__init__(config)
        self.vision, self.connector = VisionTower(config.vision), Connector(config.connector)
        self.text = Llm(config.text)
        self.suppressed = (config.image_id,)

    @classmethod
    def from_parts(cls, vision: VisionTower, connector: Connector, text: Llm) -> "Vlm":
        """A model with copies of a `VisionTower`, a `Connector` and an `Llm`; its placeholder is a token more."""
        text_config = replace(text.config, vocab_size=text.config.vocab_size + 1)
        model = cls(
            VlmConfig(
                vision=vision.config,
                connector=connector.config,
                text=text_config,
                image_id=text.config.vocab_size,
            )
        )
        model.vision.load_state_dict(vision.state_dict())
        model.connector.load_state_dict(connector.state_dict())
        words = text.state_dict()
        model.text.load_state_dict(words | {name: F.pad(words[name], (0, 0, 0, 1)) for name in ROWS_OF_TOKENS})
        return model

    def train_only(self, *parts: str) -> "Vlm":
        """Let training change only these parts, such as "connector" and "text"; the others are frozen."""
        for name, part in self.named_children():
            part.requires_grad_(name in parts)
        return self

    @torch.no_grad()
    def encode_images(self, pixels: Pixels) -> Features:
        """What the vision tower makes of pictures, once for all that is said about them; so it learns nothing.

        Raises:
            CourseError: pictures of another size or another number of channels.
        """
        return self.vision.features(pixels, self.config.vision_layer)

    def embed(self, tokens: IdsBT, features: Features | None = None) -> BTD:
        """What the language model reads: embeddings, and visual tokens in the places of placeholders.

        Args:
            tokens: token ids, with `num_visual_tokens` placeholders for each picture.
            features: what `look` gives for all the pictures, row by row of `tokens`; None: no pictures.

        Raises:
            CourseError: there are more placeholders than visual tokens, or fewer.
        """
        check_shape(tokens, "B T")
        is_visual = tokens == self.config.image_id
        x = self.text.embedding(tokens.masked_fill(is_visual, 0))
        visual = x.new_empty(0, x.shape[-1]) if features is None else self.connector(features).flatten(0, 1)
        if int(is_visual.sum()) != len(visual):
            raise CourseError(
                f"the pictures have {len(visual)} visual tokens, {self.config.num_visual_tokens} each, but the text "
                f"has {int(is_visual.sum())} placeholders for them"
            )
        return x.masked_scatter(is_visual.unsqueeze(-1), visual.to(x.dtype))

    def forward(
        self,
        tokens: IdsBT,
        features: Features | None = None,
        positions: IdsBT | None = None,
        segments: IdsBT | None = None,
        cache: DecoderCache | None = None,
        keep: Keep = None,
    ) -> Kept:
        """Logits of the token after each position, or only where `keep` is True.

        A visual token has a position, a place under the mask and a place in the cache like any other. `tokens` and
        `features` as in `embed`, the other arguments as in `Llm`; pictures that are in the cache aren't needed again.
        """
        return self.text(self.embed(tokens, features), positions, segments, cache, keep)

    def new_cache(self) -> DecoderCache:
        """An empty cache for `forward`."""
        return self.text.new_cache()
