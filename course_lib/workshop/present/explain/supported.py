"""What the page computes; all else is refused by name, before anything is written."""

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

from course_lib.data import Tokenizer
from course_lib.errors import CourseError
from course_lib.models import Llm, Translator, Vlm, check_kind
from course_lib.models.base import Model

CONFIGS = {
    Translator: {
        "vocab_size", "d_model", "d_ff", "num_heads", "num_encoder_layers", "num_decoder_layers", "max_length",
        "dropout", "norm_first", "pad_id",
    },
    Llm: {
        "vocab_size", "d_model", "d_ff", "num_heads", "num_kv_heads", "num_layers", "max_length", "d_head",
        "window_sizes", "rope_base", "eps", "dropout", "qkv_bias", "qk_norm", "post_norms", "activation", "tied",
        "embedding_scale", "score_cap", "logit_cap", "window_rope_base", "rope_scaling",
    },
    Vlm: {"vision", "connector", "text", "image_id", "vision_layer"},
}  # fmt: skip
PARTS = {  # of a `Vlm`
    "vision": {
        "image_size", "patch_size", "d_model", "d_ff", "num_heads", "num_layers", "dropout", "activation", "norm_eps",
        "input_norm", "pooling",
    },
    "connector": {"d_vision", "d_model", "kind"},
    "text": CONFIGS[Llm],
}  # fmt: skip


def check_config(name: Path | str, model: Model) -> None:
    """Raise a CourseError that names what the page does not compute, unless it computes the whole model."""
    check_kind(name, model, *CONFIGS)
    check_fields(name, model.config, CONFIGS[type(model)])
    if isinstance(model, Vlm):
        for part, known in PARTS.items():
            check_fields(name, getattr(model.config, part), known)


def check_fields(name: Path | str, config: Any, known: set[str]) -> None:
    """Raise a CourseError unless a config has only known fields, or the others as they are by default."""
    for field in fields(config):
        value = getattr(config, field.name)
        if field.name not in known and value != field.default:
            raise CourseError(f'the page can\'t compute "{name}": its config has {field.name}={value!r}')


def check_tokenizer(name: Path | str, tokenizer: dict[str, Any]) -> None:
    """Raise a CourseError unless a tokenizer.json is one of the course's, but for its words."""
    ours = json.loads(Tokenizer.train([], vocab_size=300).to_json())
    steps = (tokenizer["normalizer"] or {}).get("normalizers", [None])
    if how_it_cuts(tokenizer) != how_it_cuts(ours) or not all(s in ours["normalizer"]["normalizers"] for s in steps):
        raise CourseError(f'the page can\'t read the tokenizer of "{name}": it is none that the course has trained')


def how_it_cuts(tokenizer: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """How a text is cut into words and these into letters, and the rules by which sub-words are joined."""
    rules = {key: value for key, value in tokenizer["model"].items() if key not in ("vocab", "merges")}
    return tokenizer["pre_tokenizer"], rules
