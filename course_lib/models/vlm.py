"""A vision language model like LLaVA-1.5 (slide "Multimodal Vision Language Models", figure 1; Liu et al. 2024)."""

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

ROWS_OF_TOKENS = ("embedding.table.weight", "output.weight")  # weights of an `Llm` that have one row per token


@dataclass(frozen=True, kw_only=True)
class VlmConfig:
    """The config of a `Vlm`, with the configs of its parts.

    Args:
        vision: the config of the vision tower.
        connector: the config of the connector.
        text: the config of the language model.
        image_id: the id of the placeholder token, which is replaced by a visual token.
        vision_layer: the index of the vision tower's hidden state that the connector reads; see `VisionTower.features`.
            Default: the output of the second-to-last layer, because the last layer is trained to compare whole images.

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
            raise CourseError(
                f"the connector must map from {needed[0]} dimensions (vision tower) to {needed[1]} (language model), "
                f"got {ends[0]} to {ends[1]}"
            )
        if not 0 <= self.image_id < self.text.vocab_size:
            raise CourseError(f"image_id must be from 0 to {self.text.vocab_size - 1}, got {self.image_id}")

    @property
    def num_visual_tokens(self) -> int:
        """The number of visual tokens per image."""
        return self.connector.num_tokens(self.vision.num_patches)

    @property
    def max_length(self) -> int:
        """The context length, which is the maximum number of text tokens and visual tokens together."""
        return self.text.max_length


class Vlm(Model):
    """A vision language model, which answers questions about images.

    The path of an image: `encode_images` turns its pixels into features, and the connector turns these into visual
    tokens. The language model then processes the visual tokens together with the tokens of the text.
    """

    def __init__(self, config: VlmConfig):
        super().__init__(config)
        self.vision, self.connector = VisionTower(config.vision), Connector(config.connector)
        self.text = Llm(config.text)
        self.suppressed = (config.image_id,)

    @classmethod
    def from_parts(cls, vision: VisionTower, connector: Connector, text: Llm) -> "Vlm":
        """Create a vision language model from copies of its three parts.

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
        """Freeze all parts of the model except the named ones.

        Args:
            parts: the names of the parts to train: "connector", "text", or both. The vision tower can't be trained,
                because `encode_images` computes no gradients.

        Returns:
            This model.

        Raises:
            CourseError: there is no such part, or it can't be trained.
        """
        wrong = set(parts) - {"connector", "text"}
        if wrong:
            raise CourseError(f'the parts to train must be "connector" or "text", got "{min(wrong)}"')
        for name, part in self.named_children():
            part.requires_grad_(name in parts)
        return self

    @torch.no_grad()
    def encode_images(self, pixels: Pixels) -> Features:
        """Compute the features of images with the vision tower, without gradients.

        The features of an image can be reused for a whole dialogue about it.

        Raises:
            CourseError: the model expects images of another size or with another number of channels.
        """
        return self.vision.features(pixels, self.config.vision_layer)

    def embed(self, tokens: IdsBT, features: Features | None = None) -> BTD:
        """Compute the language model's input: token embeddings, with visual tokens in place of the placeholders.

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
        """Predict the next token at each position.

        Visual tokens get positions and are masked and cached like text tokens. If an image is already in the cache, its
        features are not needed again.

        Args:
            tokens, features: see `embed`.
            positions, segments, cache, keep: see `Llm.forward`.

        Returns:
            The logits over the vocabulary at the positions in `keep`.
        """
        return self.text(self.embed(tokens, features), positions, segments, cache, keep)

    def new_cache(self) -> DecoderCache:
        """Create an empty cache for this model, which also stores visual tokens."""
        return self.text.new_cache()
