"""LLaVA-1.5's weights (Liu et al. 2024) in our `Vlm`: CLIP's vision tower, the projector, and the language model."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import torch

from course_lib.errors import CourseError
from course_lib.models import ConnectorConfig, Vlm, VlmConfig
from course_lib.workshop.convert import llm
from course_lib.workshop.convert.clip import VISION, clip_vision_weights
from course_lib.workshop.convert.folder import HubConfig, reads_config
from course_lib.workshop.convert.hub_tensors import HubTensors, NamedTensors, Part, State, blank, both, require
from course_lib.workshop.convert.llm_config import family_of, llm_config
from course_lib.workshop.convert.llm_tensors import LlmTensors
from course_lib.workshop.convert.towers import vision_config, vision_weights

# What transformers assumes of the language model where a config.json says nothing: that it is the first Llama.
TEXT = {
    "model_type": "llama",
    "vocab_size": 32000,
    "hidden_size": 4096,
    "intermediate_size": 11008,
    "num_hidden_layers": 32,
    "num_attention_heads": 32,
    "max_position_embeddings": 2048,
    "rms_norm_eps": 1e-6,
    "rope_theta": 10_000.0,
}
# The same tensors have been stored under different names; the last ones are ours.
NAMES = {
    "model.vision_tower.": "vision_tower.",
    "vision_tower.vision_model.": "vision_tower.",
    "model.multi_modal_projector.": "multi_modal_projector.",
    "model.language_model.": "language_model.",
    "language_model.model.": "language_model.",
    "lm_head.": "language_model.lm_head.",
}


class Renamed(Mapping):
    """The tensors of a checkpoint under the names that we look for; each is read when it is asked for."""

    def __init__(self, state: State):
        self._state, self._stored = state, {renamed(name): name for name in state}

    def __getitem__(self, name):
        return self._state[self._stored[name]]

    def __iter__(self):
        return iter(self._stored)

    def __len__(self):
        return len(self._stored)


def renamed(name: str) -> str:
    """The name that we look for, whatever a tensor is stored under."""
    for old, new in NAMES.items():
        if name.startswith(old):
            name = new + name.removeprefix(old)
    return name


def llava_from_hugging_face(state: State, config: dict[str, Any], dtype: torch.dtype = torch.float32) -> Vlm:
    """A `Vlm` in eval mode with the weights of a LlavaForConditionalGeneration.

    Args:
        state: the state dict.
        config: the model's config, such as `model.config.to_dict()`.
        dtype: what our weights are stored in.

    Raises:
        CourseError: the config wants what our `Vlm` has not, or a tensor is missing, unknown, misshapen or not finite.
    """
    model = blank(Vlm, vlm_config(config), dtype)
    checkpoint = HubTensors(Renamed(state))
    for ending in ("embeddings.position_ids", "rotary_emb.inv_freq"):
        checkpoint.skip_all(ending)
    if model.config.text.tied:
        checkpoint.require_equal(["language_model.lm_head.weight"], "language_model.embed_tokens.weight")
    return checkpoint.fill(model, weights(checkpoint, model, HubConfig(TEXT | config["text_config"])))


@reads_config
def vlm_config(config: HubConfig) -> VlmConfig:
    """Our config for theirs. Raises CourseError for what our `Vlm` can't be."""
    require(
        config,
        model_type="llava",
        projector_hidden_act="gelu",
        multimodal_projector_bias=True,
        vision_feature_select_strategy="default",
    )
    require(config["vision_config"], model_type="clip_vision_model")
    layer = config.get("vision_feature_layer", -2)
    if not isinstance(layer, int):
        raise CourseError(f"our connector reads one layer of the tower, the checkpoint's has {layer}")
    vision = vision_config(VISION | config["vision_config"], input_norm=True)
    text = replace(llm_config(TEXT | config["text_config"]), logit_cap=None)  # theirs never caps, even with a Gemma 2
    return VlmConfig(
        vision=vision,
        connector=ConnectorConfig(d_vision=vision.d_model, d_model=text.d_model),
        text=text,
        image_id=config.get("image_token_index", config.get("image_token_id", 32000)),
        vision_layer=layer,
    )


def weights(theirs: HubTensors, model: Vlm, text_config: HubConfig) -> NamedTensors:
    """Each tensor of ours and what it is made of."""
    family = family_of(text_config)
    translation = LlmTensors(family, model.config.text, llm.query_scale(text_config, family, model.config.text.d_head))
    for name, tensor in llm.weights(Part(theirs, "language_model."), model.text, translation):
        yield f"text.{name}", tensor
    yield from vision_weights(theirs, model.config.vision, prefix="vision_tower")
    yield from clip_vision_weights(theirs, model.config.vision, prefix="vision_tower")
    yield from both("connector.layers.up_proj", theirs, "multi_modal_projector.linear_1")
    yield from both("connector.layers.down_proj", theirs, "multi_modal_projector.linear_2")
