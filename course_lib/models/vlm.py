"""A vision language model (slide "Multimodal Vision Language Models", figure 1: LLaVA-1.5; Liu et al. 2024)."""

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

ROWS_OF_TOKENS = ("embedding.table.weight", "output.weight")  # the weights of an `Llm` with one row per token


@dataclass(frozen=True, kw_only=True)
class VlmConfig:
    """The configs of the parts of a `Vlm`, and how they are connected.

    Args:
        vision, connector, text: configs of the parts.
        image_id: id of the placeholder token that is replaced by a visual token.
        vision_layer: number of the tower's hidden state that the connector reads. Default: -2, the second-to-last,
            because the last one is trained to compare whole images.

    Raises:
        CourseError: the connector's sizes don't match the other parts, or `image_id` is not in the vocabulary.
    """

    vision: VisionConfig
    connector: ConnectorConfig
    text: LlmConfig
    image_id: int
    vision_layer: int = -2

    def __post_init__(self):
        ends, needed = (self.connector.d_vision, self.connector.d_model), (self.vision.d_model, self.text.d_model)
        if ends != needed:
            raise CourseError(f"the connector must map from {needed[0]} to {needed[1]}, got {ends[0]} to {ends[1]}")
        if not 0 <= self.image_id < self.text.vocab_size:
            raise CourseError(f"image_id must be 0 to {self.text.vocab_size - 1}, got {self.image_id}")

    @property
    def num_visual_tokens(self) -> int:
        """The number of tokens per image."""
        return self.connector.num_tokens(self.vision.num_patches)

    @property
    def max_length(self) -> int:
        """The context length: the maximum number of text and visual tokens."""
        return self.text.max_length


class Vlm(Model):
    """A vision tower, a connector, and a language model."""

    def __init__(self, config: VlmConfig):
        super().__init__(config)
        self.vision, self.connector = VisionTower(config.vision), Connector(config.connector)
        self.text = Llm(config.text)
        self.suppressed = (config.image_id,)

    @classmethod
    def from_parts(cls, vision: VisionTower, connector: Connector, text: Llm) -> "Vlm":
        """Make a `Vlm` with copies of a vision tower, a connector, and a language model.

        The placeholder for visual tokens is added to the vocabulary as its last token.
        """
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
        """Make only these parts trainable, such as "connector" and "text", and freeze the others."""
        for name, part in self.named_children():
            part.requires_grad_(name in parts)
        return self

    @torch.no_grad()
    def encode_images(self, pixels: Pixels) -> Features:
        """Return the vision tower's features, without gradients. A dialogue about an image needs them only once.

        Raises:
            CourseError: the images have another size or number of channels.
        """
        return self.vision.features(pixels, self.config.vision_layer)

    def embed(self, tokens: IdsBT, features: Features | None = None) -> BTD:
        """Return the language model's input: token embeddings, with visual tokens in place of the placeholders.

        Args:
            tokens: token ids, with `num_visual_tokens` placeholders per image.
            features: the output of `encode_images` for all images, in the order of their placeholders. Default: no
                images.

        Raises:
            CourseError: the number of placeholders differs from the number of visual tokens.
        """
        check_shape(tokens, "B T")
        is_visual = tokens == self.config.image_id
        x = self.text.embedding(tokens.masked_fill(is_visual, 0))
        visual = x.new_empty(0, x.shape[-1]) if features is None else self.connector(features).flatten(0, 1)
        if int(is_visual.sum()) != len(visual):
            raise CourseError(
                f"the text must have {len(visual)} placeholders for visual tokens "
                f"({self.config.num_visual_tokens} per image), got {int(is_visual.sum())}"
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
        """Return the logits of the token after each position, or only where `keep` is True.

        Visual tokens have positions and are masked and cached like other tokens. Images that are already in the cache
        are not needed again.

        The way of an image: pixels, `encode_images`, features, `connector`, visual tokens among the text's.

        Args:
            tokens, features: as in `embed`.
            positions, segments, cache, keep: as in `Llm.forward`.
        """
        return self.text(self.embed(tokens, features), positions, segments, cache, keep)

    def new_cache(self) -> DecoderCache:
        """Return an empty cache for `forward`."""
        return self.text.new_cache()
