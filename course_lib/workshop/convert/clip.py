"""CLIP's weights (Radford et al. 2021) in our `Clip`."""

from typing import Any

import torch

from course_lib.models import Clip, ClipConfig, VisionConfig
from course_lib.workshop.convert.folder import HubConfig, reads_config
from course_lib.workshop.convert.hub_tensors import HubTensors, NamedTensors, State, blank, both, require
from course_lib.workshop.convert.towers import text_config, text_scales, text_weights, vision_config, vision_weights

# What transformers assumes where a config.json says nothing.
TEXT = {
    "vocab_size": 49408,
    "hidden_size": 512,
    "intermediate_size": 2048,
    "num_hidden_layers": 12,
    "num_attention_heads": 8,
    "max_position_embeddings": 77,
    "hidden_act": "quick_gelu",
    "layer_norm_eps": 1e-5,
    "eos_token_id": 49407,
}
VISION = {
    "hidden_size": 768,
    "intermediate_size": 3072,
    "num_hidden_layers": 12,
    "num_attention_heads": 12,
    "num_channels": 3,
    "image_size": 224,
    "patch_size": 32,
    "hidden_act": "quick_gelu",
    "layer_norm_eps": 1e-5,
}
OLD_END = 2  # old configs have this for the end token, whose id in truth is the largest


def clip_from_hugging_face(state: State, config: dict[str, Any], dtype: torch.dtype = torch.float32) -> Clip:
    """A `Clip` in eval mode with the weights of a CLIPModel.

    Args:
        state: the state dict.
        config: the model's config, such as `model.config.to_dict()`.
        dtype: what our weights are stored in.

    Raises:
        CourseError: the config wants what our `Clip` has not, or a tensor is missing, unknown, misshapen or not finite.
    """
    checkpoint, model = HubTensors(state), blank(Clip, clip_config(config), dtype)
    checkpoint.skip_all("embeddings.position_ids")
    return checkpoint.fill(model, weights(checkpoint, model.config), text_scales(model.config.text))


@reads_config
def clip_config(config: HubConfig) -> ClipConfig:
    """Our config for theirs."""
    require(config, model_type="clip")
    text = TEXT | config["text_config"]
    end_id = text["vocab_size"] - 1 if text["eos_token_id"] == OLD_END else text["eos_token_id"]
    return ClipConfig(
        vision=vision_config(VISION | config["vision_config"], input_norm=True),
        text=text_config(text, end_id),
        d_joint=config.get("projection_dim", 512),
    )


def weights(theirs: HubTensors, config: ClipConfig) -> NamedTensors:
    """Each tensor of ours and the one of theirs; their patches have no bias."""
    yield from text_weights(theirs, config.text)
    yield from vision_weights(theirs, config.vision)
    yield from clip_vision_weights(theirs, config.vision)
    yield "vision_proj.weight", theirs["visual_projection.weight"]
    yield "text_proj.weight", theirs["text_projection.weight"]
    yield "log_scale", theirs["logit_scale"]


def clip_vision_weights(
    theirs: HubTensors, config: VisionConfig, ours: str = "vision", prefix: str = "vision_model"
) -> NamedTensors:
    """Pairs for what only CLIP's vision tower has."""
    yield f"{ours}.patches.proj.bias", torch.zeros(config.d_model)
    yield f"{ours}.class_token", theirs[f"{prefix}.embeddings.class_embedding"]
    yield from both(f"{ours}.input_norm", theirs, f"{prefix}.pre_layrnorm")
