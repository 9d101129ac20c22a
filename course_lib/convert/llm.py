"""Llama, Mistral, Qwen and Gemma as our `Llm`, and our `Llm` as one of them."""

import math
from pathlib import Path

import torch

from course_lib.convert.checkpoint import Checkpoint, blank
from course_lib.convert.families import FAMILIES
from course_lib.convert.folder import SINGLE, HubConfig
from course_lib.convert.llm_config import family_of, hub_config, llm_config
from course_lib.convert.llm_tensors import LlmTensors
from course_lib.convert.our_tokenizer import tokenizer_to_hugging_face
from course_lib.files import write_json, write_tensors
from course_lib.models import Llm
from course_lib.models.base import unique_tensors


def llm_from_hugging_face(state, config, dtype=torch.float32):
    """An `Llm` in eval mode with the weights of a Llama, Mistral, Qwen 2 or 3, or Gemma 2 or 3 that predicts tokens.

    Args:
        state: the state dict, or another mapping from names to tensors.
        config: the model's config as a dict, such as `model.config.to_dict()`.
        dtype: what our weights are stored in.

    Raises:
        CourseError: an unknown architecture; the config wants what our `Llm` has not; or a tensor is missing, unknown,
            misshapen or not finite.
    """
    config = HubConfig(config)
    family, model = family_of(config), blank(Llm, llm_config(config), dtype)
    checkpoint = Checkpoint(state, prefix="model.")
    checkpoint.skip_all("rotary_emb.inv_freq")  # frequencies, which old checkpoints repeat in every layer
    if model.config.tied:
        checkpoint.require_equal(["lm_head.weight"], "embed_tokens.weight")
    translation = LlmTensors(family, model.config, query_scale(config, family, model.config.d_head))
    return checkpoint.fill(model, weights(checkpoint, model, translation))


def query_scale(config, family, d_head):
    """How much larger our queries must be: we divide scores by √E, a Gemma by the root of a setting."""
    return math.sqrt(d_head / config[family.query_scalar]) if family.query_scalar else 1.0


def weights(theirs, model, translation):
    """Each tensor of ours, made of theirs; the largest first, while there is most room for two of its size."""
    shapes = {name: tensor.shape for name, tensor in unique_tensors(model).items()}
    for name in sorted(shapes, key=lambda name: -shapes[name].numel()):
        # no variable here: it would hold the tensor while the next one is read
        yield name, translation.to_ours(name, theirs.stored(translation.their_name(name), shapes[name]))


def llm_to_hugging_face(model, folder, tokenizer=None):
    """Write a folder from which transformers loads a model that computes what our `Llm` does.

    With a `tokenizer` of ours, also that and its chat template.

    Raises:
        CourseError: no family that transformers knows has all the choices of this model.
    """
    config, folder = hub_config(model.config), Path(folder)
    translation = LlmTensors(FAMILIES[config["model_type"]], model.config)
    tensors = {}
    for name, tensor in unique_tensors(model).items():
        prefix = "" if name.startswith("output.") else "model."
        tensors[prefix + translation.their_name(name)] = translation.to_theirs(name, tensor)
    ids = {} if tokenizer is None else tokenizer_to_hugging_face(tokenizer, folder)
    dtype = str(model.embedding.table.weight.dtype).removeprefix("torch.")
    write_json(folder / "config.json", config | ids | {"torch_dtype": dtype})
    write_tensors(folder / SINGLE, tensors, {"format": "pt"})
