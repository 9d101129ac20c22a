"""Vision transformers (Dosovitskiy et al. 2021) of Hugging Face and of torchvision in our `Vit`."""

import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

import torch

from course_lib.errors import CourseError
from course_lib.models import Vit, VitConfig
from course_lib.workshop.convert.folder import HubConfig, reads_config
from course_lib.workshop.convert.hub_tensors import HubTensors, NamedTensors, State, blank, both, require
from course_lib.workshop.convert.towers import vision_config

LAYER = {
    "self_attention.q_proj": "attention.attention.query",
    "self_attention.k_proj": "attention.attention.key",
    "self_attention.v_proj": "attention.attention.value",
    "self_attention.o_proj": "attention.output.dense",
    "self_attention_norm": "layernorm_before",
    "feed_forward.up_proj": "intermediate.dense",
    "feed_forward.down_proj": "output.dense",
    "feed_forward_norm": "layernorm_after",
}
TORCHVISION_LAYER = {
    "self_attention.o_proj": "self_attention.out_proj",
    "self_attention_norm": "ln_1",
    "feed_forward.up_proj": "mlp.0",
    "feed_forward.down_proj": "mlp.3",
    "feed_forward_norm": "ln_2",
}
OLD_ENDINGS = [
    (f"mlp.linear_{old}.{part}", f"mlp.{new}.{part}") for old, new in ((1, 0), (2, 3)) for part in ("weight", "bias")
]


def vit_from_hugging_face(state: State, config: dict[str, Any], dtype: torch.dtype = torch.float32) -> Vit:
    """A `Vit` in eval mode with the weights of a ViTForImageClassification, or of a ViTModel.

    A ViTModel has no output layer, so that ours gets new, random weights.

    Args:
        state: the state dict, by the names in the hub's files.
        config: the model's config, `model.config.to_dict()`.
        dtype: what our weights are stored in.

    Raises:
        CourseError: the config wants what our `Vit` has not, or a tensor is missing, unknown, misshapen or not finite.
    """
    checkpoint = HubTensors(state, prefix="vit.")
    has_output = "classifier.weight" in checkpoint
    num_classes = len(checkpoint["classifier.weight"]) if has_output else 2
    model = blank(Vit, vit_config(config, num_classes), dtype)
    checkpoint.skip("pooler.dense.weight", "pooler.dense.bias", "embeddings.mask_token")
    return checkpoint.fill(model, weights(checkpoint, model.config), new=() if has_output else (model.output,))


@reads_config
def vit_config(config: HubConfig, num_classes: int) -> VitConfig:
    """Our config for theirs; `num_classes` is how many classes there are, where they have no names."""
    require(config, model_type="vit", qkv_bias=True)
    classes = class_names(config.get("id2label"), num_classes)
    return vision_config(config, VitConfig, classes=classes, dropout=config["hidden_dropout_prob"])


def class_names(named: dict[int | str, str] | None, count: int) -> tuple[str, ...]:
    """The names of the classes; of two that are the same, the second gets its number, too.

    Args:
        named: number (perhaps as text) -> name, or None.
        count: how many there are, where they have no names.
    """
    named = named or {i: f"LABEL_{i}" for i in range(count)}
    names = [named[key] for key in sorted(named, key=int)]
    counts = Counter()
    for i, name in enumerate(names):
        counts[name] += 1
        names[i] = name if counts[name] == 1 else f"{name} ({i})"
    return tuple(names)


def weights(theirs: HubTensors, config: VitConfig) -> NamedTensors:
    """Each tensor of ours and the one of theirs."""
    yield from both("tower.patches.proj", theirs, "embeddings.patch_embeddings.projection")
    yield "tower.class_token", theirs["embeddings.cls_token"].flatten()
    yield "tower.positions.table", theirs["embeddings.position_embeddings"].squeeze(0)
    for i in range(config.num_layers):
        for our_part, their_part in LAYER.items():
            yield from both(f"tower.layers.{i}.{our_part}", theirs, f"encoder.layer.{i}.{their_part}")
    yield from both("tower.norm", theirs, "layernorm")
    if "classifier.weight" in theirs:
        yield from both("output", theirs, "classifier")


def vit_from_torchvision(
    state: State,
    num_heads: int = 12,
    classes: Sequence[str] | None = None,
    dtype: torch.dtype = torch.float32,
) -> Vit:
    """A `Vit` in eval mode with the weights of a torchvision.models.VisionTransformer, such as `vit_b_16`.

    Args:
        state: the state dict, which tells all sizes but one.
        num_heads: the missing one; 12 for `vit_b_16`.
        classes: the names of the classes; default: their numbers.
        dtype: what our weights are stored in.

    Raises:
        CourseError: a tensor is missing, unknown, misshapen or not finite.
    """
    checkpoint = HubTensors(state, old_endings=OLD_ENDINGS)
    model = blank(Vit, torchvision_config(checkpoint, num_heads, classes), dtype)
    return checkpoint.fill(model, torchvision_weights(checkpoint, model.config))


def torchvision_config(theirs: HubTensors, num_heads: int, classes: Sequence[str] | None) -> VitConfig:
    """Our config for their tensors. Raises CourseError where the positions are those of no square."""
    d_model, channels, patch_size, _ = theirs["conv_proj.weight"].shape
    num_patches = theirs["encoder.pos_embedding"].shape[1] - 1
    side = math.isqrt(num_patches)
    if side**2 != num_patches:
        raise CourseError(f"encoder.pos_embedding has {num_patches} patches, which make no square picture")
    num_layers = 0
    while f"encoder.layers.encoder_layer_{num_layers}.ln_1.weight" in theirs:
        num_layers += 1
    return VitConfig(
        image_size=side * patch_size,
        patch_size=patch_size,
        num_channels=channels,
        d_model=d_model,
        d_ff=len(theirs["encoder.layers.encoder_layer_0.mlp.0.weight"]),
        num_heads=num_heads,
        num_layers=num_layers,
        classes=tuple(classes or map(str, range(len(theirs["heads.head.weight"])))),
    )


def torchvision_weights(theirs: HubTensors, config: VitConfig) -> NamedTensors:
    """Each tensor of ours and the one of theirs; their queries, keys and values are stored as one."""
    yield from both("tower.patches.proj", theirs, "conv_proj")
    yield "tower.class_token", theirs["class_token"].flatten()
    yield "tower.positions.table", theirs["encoder.pos_embedding"].squeeze(0)
    for i in range(config.num_layers):
        ours, layer = f"tower.layers.{i}", f"encoder.layers.encoder_layer_{i}"
        for part in ("weight", "bias"):
            stacked = theirs[f"{layer}.self_attention.in_proj_{part}"].tensor_split(3)
            for name, tensor in zip("qkv", stacked, strict=True):
                yield f"{ours}.self_attention.{name}_proj.{part}", tensor
        for our_part, their_part in TORCHVISION_LAYER.items():
            yield from both(f"{ours}.{our_part}", theirs, f"{layer}.{their_part}")
    yield from both("tower.norm", theirs, "encoder.ln")
    yield from both("output", theirs, "heads.head")
