"""The models with random weights, in eval mode; each stack of layers has another height."""

from course_lib.models import (
    T5,
    Bert,
    BertConfig,
    Clip,
    ClipConfig,
    ConnectorConfig,
    Gpt,
    GptConfig,
    Llm,
    LlmConfig,
    Scorer,
    T5Config,
    TextConfig,
    TextTower,
    VisionConfig,
    VisionTower,
    Vit,
    VitConfig,
    Vlm,
    VlmConfig,
)
from tests.parity import D_FF, D, H, V, shake
from tests.toys import MAX_LENGTH

SIZES = {"vocab_size": V, "d_model": D, "d_ff": D_FF, "num_heads": H}
LLM_SIZES = {
    "vocab_size": V,
    "d_model": 19,
    "d_ff": D_FF,
    "num_heads": 6,
    "num_kv_heads": 2,
    "d_head": 10,
    "num_layers": 3,
}
VISION_SIZES = {
    "image_size": 23,
    "patch_size": 5,
    "d_model": D,
    "d_ff": D_FF,
    "num_heads": H,
    "num_layers": 3,
}
IMAGE_SIZE, PATCHES, CLASSES, JOINT = 23, 16, ("cat", "dog", "tree", "bus", "kite"), 29


def tiny_bert(**changes):
    return shake(Bert(BertConfig(**(SIZES | {"num_layers": 2, "max_length": MAX_LENGTH} | changes)))).eval()


def tiny_gpt(**changes):
    return shake(Gpt(GptConfig(**(SIZES | {"num_layers": 3, "max_length": MAX_LENGTH} | changes)))).eval()


def tiny_t5(**changes):
    return shake(T5(T5Config(**(SIZES | {"num_encoder_layers": 2, "num_decoder_layers": 3} | changes)))).eval()


def tiny_llm(**changes):
    return shake(Llm(LlmConfig(**(LLM_SIZES | {"max_length": MAX_LENGTH} | changes)))).eval()


def tiny_scorer(**changes):
    return shake(Scorer(LlmConfig(**(LLM_SIZES | {"max_length": MAX_LENGTH} | changes)))).eval()


def tiny_vision_tower(**changes):
    return shake(VisionTower(VisionConfig(**(VISION_SIZES | changes)))).eval()


def tiny_vit(**changes):
    return shake(Vit(VitConfig(**(VISION_SIZES | {"classes": CLASSES} | changes)))).eval()


def tiny_text_config(**changes):
    return TextConfig(**(SIZES | {"d_model": 22, "num_heads": 2, "num_layers": 2, "max_length": MAX_LENGTH} | changes))


def tiny_text_tower(**changes):
    return shake(TextTower(tiny_text_config(**changes))).eval()


def tiny_clip(vision=None, text=None, **changes):
    """A `Clip`; `vision` and `text` are what to change in its towers, as dicts."""
    towers = {"vision": VisionConfig(**(VISION_SIZES | (vision or {}))), "text": tiny_text_config(**(text or {}))}
    return shake(Clip(ClipConfig(**(towers | {"d_joint": JOINT} | changes)))).eval()


def tiny_vlm(kind="mlp", **changes):
    """A `Vlm` whose last token is the placeholder; `changes` are those of its language model."""
    text = LlmConfig(**(LLM_SIZES | {"vocab_size": V + 1, "max_length": 97} | changes))
    connector = ConnectorConfig(d_vision=VISION_SIZES["d_model"], d_model=text.d_model, kind=kind)
    vision, image_id = VisionConfig(**VISION_SIZES), text.vocab_size - 1
    return shake(Vlm(VlmConfig(vision=vision, connector=connector, text=text, image_id=image_id))).eval()
