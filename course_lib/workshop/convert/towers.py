"""What the vision and text towers of CLIP and SigLIP have in common on the hub: their settings, and their names."""

import math
from typing import Any, TypeVar

from course_lib.errors import CourseError
from course_lib.models import TextConfig, VisionConfig
from course_lib.workshop.convert.folder import HubConfig
from course_lib.workshop.convert.hub_tensors import HubTensors, NamedTensors, both

LAYER = {
    "self_attention.q_proj": "self_attn.q_proj",
    "self_attention.k_proj": "self_attn.k_proj",
    "self_attention.v_proj": "self_attn.v_proj",
    "self_attention.o_proj": "self_attn.out_proj",
    "self_attention_norm": "layer_norm1",
    "feed_forward.up_proj": "mlp.fc1",
    "feed_forward.down_proj": "mlp.fc2",
    "feed_forward_norm": "layer_norm2",
}
ACTIVATION_NAMES = {
    "gelu": "gelu",
    "gelu_new": "gelu_tanh",
    "gelu_pytorch_tanh": "gelu_tanh",
    "quick_gelu": "quick_gelu",
}

Config = TypeVar("Config", bound=VisionConfig)


def vision_config(config: dict[str, Any], kind: type[Config] = VisionConfig, **choices: object) -> Config:
    """Our config for that of a tower of theirs, or of a ViT; `kind` and `choices` are what the family adds.

    Raises:
        CourseError: a setting is missing, or ours can't have it.
    """
    config = HubConfig(config)
    for name in ("image_size", "patch_size"):
        if not isinstance(config[name], int):
            raise CourseError(
                f"our model reads square pictures and patches, the checkpoint has {name} = {config[name]}"
            )
    return kind(
        image_size=config["image_size"],
        patch_size=config["patch_size"],
        num_channels=config["num_channels"],
        **layer_sizes(config),
        **choices,
    )


def text_config(config: dict[str, Any], end_id: int | None) -> TextConfig:
    """Our config for that of a text tower of theirs."""
    config = HubConfig(config)
    return TextConfig(
        vocab_size=config["vocab_size"],
        max_length=config["max_position_embeddings"],
        end_id=end_id,
        **layer_sizes(config),
    )


def layer_sizes(config: HubConfig) -> dict[str, object]:
    """Return the settings of our layers. Raises CourseError for an activation that we don't have."""
    name = config["hidden_act"]
    if name not in ACTIVATION_NAMES:
        raise CourseError(f"our model knows hidden_act = {', '.join(ACTIVATION_NAMES)}, the checkpoint has {name}")
    return {
        "d_model": config["hidden_size"],
        "d_ff": config["intermediate_size"],
        "num_heads": config["num_attention_heads"],
        "num_layers": config["num_hidden_layers"],
        "activation": ACTIVATION_NAMES[name],
        "norm_eps": config["layer_norm_eps"],
    }


def vision_weights(
    theirs: HubTensors, config: VisionConfig, ours: str = "vision", prefix: str = "vision_model"
) -> NamedTensors:
    """Pairs for `HubTensors.fill`: the patches, the positions, the layers and the last norm of a vision tower."""
    yield f"{ours}.patches.proj.weight", theirs[f"{prefix}.embeddings.patch_embedding.weight"]
    yield f"{ours}.positions.table", theirs[f"{prefix}.embeddings.position_embedding.weight"]
    yield from layers(theirs, config, ours, prefix)
    yield from both(f"{ours}.norm", theirs, f"{prefix}.post_layernorm")


def text_weights(theirs: HubTensors, config: TextConfig) -> NamedTensors:
    """Pairs for `HubTensors.fill`: all of a text tower; see `text_scales`."""
    yield "text.embedding.table.weight", theirs["text_model.embeddings.token_embedding.weight"]
    yield "text.positions.table", theirs["text_model.embeddings.position_embedding.weight"]
    yield from layers(theirs, config, "text", "text_model")
    yield from both("text.norm", theirs, "text_model.final_layer_norm")


def text_scales(config: TextConfig) -> dict[str, float]:
    """How much larger than theirs a tensor of ours is: we multiply embeddings by √D."""
    return {"text.embedding.table.weight": 1 / math.sqrt(config.d_model)}


def layers(theirs: HubTensors, config: VisionConfig | TextConfig, ours: str, prefix: str) -> NamedTensors:
    """Pairs for the layers of a tower."""
    for i in range(config.num_layers):
        for our_part, their_part in LAYER.items():
            yield from both(f"{ours}.layers.{i}.{our_part}", theirs, f"{prefix}.encoder.layers.{i}.{their_part}")
