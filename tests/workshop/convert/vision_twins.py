"""Small vision models of Hugging Face with random weights, and pictures and captions for them."""

import torch
from transformers import (
    CLIPConfig,
    CLIPModel,
    SiglipConfig,
    SiglipModel,
    ViTConfig,
    ViTForImageClassification,
    ViTModel,
)

from tests.parity import D_FF, D, H
from tests.workshop.convert.hugging_face import small

IMAGE_SIZE, PATCH_SIZE, VOCAB, LENGTH = 23, 5, 31, 11
LAYERS = {"hidden_size": D, "intermediate_size": D_FF, "num_attention_heads": H}
PICTURES = {"image_size": IMAGE_SIZE, "patch_size": PATCH_SIZE}
TEXT = {
    "vocab_size": VOCAB,
    "hidden_size": 22,
    "intermediate_size": 19,
    "num_attention_heads": 2,
    "num_hidden_layers": 2,
    "max_position_embeddings": LENGTH,
    "bos_token_id": 29,
    "eos_token_id": 30,
}


def their_vit(model_class=ViTForImageClassification, **changes):
    sizes = LAYERS | PICTURES | {"num_hidden_layers": 3, "num_labels": 7}
    return small(model_class, ViTConfig(**(sizes | changes)))


def their_vit_model(**changes):
    return their_vit(ViTModel, **changes)


def their_clip(vision=None, text=None, **changes):
    towers = {
        "vision_config": LAYERS | PICTURES | {"num_hidden_layers": 3} | (vision or {}),
        "text_config": TEXT | (text or {}),
    }
    return small(CLIPModel, CLIPConfig(**(towers | {"projection_dim": 17} | changes)))


def their_siglip(vision=None, text=None):
    vision = LAYERS | PICTURES | {"num_hidden_layers": 3} | (vision or {})
    text = TEXT | {"projection_size": D} | (text or {})
    return small(SiglipModel, SiglipConfig(vision_config=vision, text_config=text))


def pictures(count=5):
    return torch.randn(count, 3, IMAGE_SIZE, IMAGE_SIZE)


def captions():
    """Four rows of token ids; the end token, 30, stands at different places, with padding behind."""
    tokens = torch.randint(3, 29, (4, 7))
    for row, end in enumerate((6, 3, 5, 2)):
        tokens[row, end] = 30
        tokens[row, end + 1 :] = 1
    return tokens
