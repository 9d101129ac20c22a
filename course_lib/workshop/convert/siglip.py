"""SigLIP's weights (Zhai et al. 2023) in our `Clip`."""

from typing import Any

import torch

from course_lib.models import Clip, ClipConfig
from course_lib.workshop.convert.folder import HubConfig, reads_config
from course_lib.workshop.convert.hub_tensors import HubTensors, NamedTensors, State, blank, both, require
from course_lib.workshop.convert.towers import text_config, text_scales, text_weights, vision_config, vision_weights

# What transformers assumes where a config.json says nothing.
LAYERS = {
    "hidden_size": 768,
    "intermediate_size": 3072,
    "num_hidden_layers": 12,
    "num_attention_heads": 12,
    "hidden_act": "gelu_pytorch_tanh",
    "layer_norm_eps": 1e-6,
}
TEXT = LAYERS | {"vocab_size": 32_000, "max_position_embeddings": 64}
VISION = LAYERS | {"num_channels": 3, "image_size": 224, "patch_size": 16}
POOL = {
    "cross_attention.o_proj": "attention.out_proj",
    "feed_forward.up_proj": "mlp.fc1",
    "feed_forward.down_proj": "mlp.fc2",
    "feed_forward_norm": "layernorm",
}


def siglip_from_hugging_face(state: State, config: dict[str, Any], dtype: torch.dtype = torch.float32) -> Clip:
    """A `Clip` in eval mode with the weights of a SiglipModel; its texts fill the whole context, with padding behind.

    Arguments and errors as in `clip_from_hugging_face`.
    """
    checkpoint, model = HubTensors(state), blank(Clip, siglip_config(config), dtype)
    checkpoint.skip_all("embeddings.position_ids")
    return checkpoint.fill(model, weights(checkpoint, model.config), text_scales(model.config.text))


@reads_config
def siglip_config(config: HubConfig) -> ClipConfig:
    """Our config for theirs. Raises CourseError where their vision tower has no head."""
    require(config, model_type="siglip")
    text, vision = TEXT | config["text_config"], VISION | config["vision_config"]
    require(vision, vision_use_head=True)
    return ClipConfig(
        vision=vision_config(vision, pooling="attention"),
        text=text_config(text, end_id=None),
        d_joint=text.get("projection_size") or text["hidden_size"],
        bias=-10.0,
        text_bias=True,
    )


def weights(theirs: HubTensors, config: ClipConfig) -> NamedTensors:
    """Each tensor of ours and the one of theirs."""
    yield from text_weights(theirs, config.text)
    yield from vision_weights(theirs, config.vision)
    yield "vision.patches.proj.bias", theirs["vision_model.embeddings.patch_embedding.bias"]
    yield from pool(theirs)
    yield from both("text_proj", theirs, "text_model.head")
    yield "log_scale", theirs.shaped("logit_scale", (1,))[0]
    yield "bias", theirs.shaped("logit_bias", (1,))[0]


def pool(theirs: HubTensors) -> NamedTensors:
    """Pairs for the pool behind the vision tower; its queries, keys and values are stored as one."""
    yield "vision.pool.query", theirs["vision_model.head.probe"].flatten()
    for part in ("weight", "bias"):
        stacked = theirs[f"vision_model.head.attention.in_proj_{part}"].tensor_split(3)
        for name, tensor in zip("qkv", stacked, strict=True):
            yield f"vision.pool.cross_attention.{name}_proj.{part}", tensor
    for our_part, their_part in POOL.items():
        yield from both(f"vision.pool.{our_part}", theirs, f"vision_model.head.{their_part}")
