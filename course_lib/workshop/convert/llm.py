"""Llama, Mistral, Qwen and Gemma as our `Llm`, and our `Llm` as one of them."""

import math
from pathlib import Path
from typing import Any

import torch

from course_lib.data import Tokenizer
from course_lib.models import Llm
from course_lib.models.base import unique_tensors
from course_lib.workshop.convert.families import FAMILIES, Family
from course_lib.workshop.convert.folder import HubConfig
from course_lib.workshop.convert.hub_tensors import HubTensors, NamedTensors, Part, State, blank
from course_lib.workshop.convert.llm_config import family_of, hub_config, llm_config
from course_lib.workshop.convert.llm_tensors import LlmTensors
from course_lib.workshop.convert.writing import write_checkpoint


def llm_from_hugging_face(state: State, config: dict[str, Any], dtype: torch.dtype = torch.float32) -> Llm:
    """An `Llm` in eval mode with the weights of a Llama, Mistral, Qwen 2 or 3, or Gemma that predicts tokens.

    Args:
        state: the state dict.
        config: the model's config, such as `model.config.to_dict()`.
        dtype: what our weights are stored in.

    Raises:
        CourseError: an unknown architecture; the config wants what our `Llm` has not; or a tensor is missing, unknown,
            misshapen or not finite.
    """
    config = HubConfig(config)
    family, model = family_of(config), blank(Llm, llm_config(config), dtype)
    checkpoint = HubTensors(state, prefix="model.")
    checkpoint.skip_all("rotary_emb.inv_freq")  # frequencies, which old checkpoints repeat in every layer
    if model.config.tied:
        checkpoint.require_equal(["lm_head.weight"], "embed_tokens.weight")
    translation = LlmTensors(family, model.config, query_scale(config, family, model.config.d_head))
    return checkpoint.fill(model, weights(checkpoint, model, translation))


def query_scale(config: HubConfig, family: Family, d_head: int) -> float:
    """How much larger our queries must be: we divide scores by √E, a Gemma by the root of a setting."""
    return math.sqrt(d_head / config.positive(family.query_scalar)) if family.query_scalar else 1.0


def weights(theirs: HubTensors | Part, model: Llm, translation: LlmTensors) -> NamedTensors:
    """Each tensor of ours, made of theirs; the largest first, while there is most room for two of its size."""
    shapes = {name: tensor.shape for name, tensor in unique_tensors(model).items()}
    for name in sorted(shapes, key=lambda name: -shapes[name].numel()):
        # no variable here: it would hold the tensor while the next one is read
        yield name, translation.to_ours(name, theirs.shaped(translation.their_name(name), shapes[name]))


def llm_to_hugging_face(model: Llm, folder: Path | str, tokenizer: Tokenizer | None = None) -> None:
    """Write a folder from which transformers loads a model that computes what our `Llm` does.

    With a `tokenizer` of ours, also that and its chat template. A scale of the embeddings that the family does not have
    is multiplied into the table, see `hub_config`.

    Raises:
        CourseError: no family that transformers knows has all the choices of this model.
    """
    config = hub_config(model.config)
    scale = model.config.embedding_scale / llm_config(config).embedding_scale
    translation = LlmTensors(FAMILIES[config["model_type"]], model.config)
    tensors = {}
    for name, tensor in (unique_tensors(model) if config["tie_word_embeddings"] else model.state_dict()).items():
        prefix = "" if name.startswith("output.") else "model."
        theirs = translation.to_theirs(name, tensor)
        tensors[prefix + translation.their_name(name)] = theirs * scale if name.startswith("embedding.") else theirs
    write_checkpoint(folder, config, tensors, tokenizer)
