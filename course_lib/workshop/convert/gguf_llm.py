"""The model in a GGUF file as our `Llm`."""

from dataclasses import replace

import torch
from gguf import MODEL_ARCH_NAMES, get_tensor_name_map

from course_lib.models import Llm, LlmConfig
from course_lib.workshop.convert.families import Family
from course_lib.workshop.convert.gguf_config import FACTORS, gguf_config
from course_lib.workshop.convert.gguf_file import GgufFile, UnpackedTensors
from course_lib.workshop.convert.hub_tensors import HubTensors, blank
from course_lib.workshop.convert.llm import query_scale, weights
from course_lib.workshop.convert.llm_config import family_of, llm_config
from course_lib.workshop.convert.llm_tensors import LlmTensors


class GgufNames(LlmTensors):
    """Names and contents of tensors in a GGUF file, see `LlmTensors`.

    llama.cpp adds the 1 of a Gemma's norms itself. Of a Llama it puts the rows of queries and keys in our order, that
    of the slides; of all others they stay as on the hub.
    """

    def __init__(self, architecture: str, family: Family, config: LlmConfig, query_scale: float):
        super().__init__(replace(family, norm_offset=0.0), config, query_scale)
        if architecture == "llama":
            self.rotated = ()
        known = next(number for number, name in MODEL_ARCH_NAMES.items() if name == architecture)
        self._names = get_tensor_name_map(known, config.num_layers)

    def their_name(self, name: str) -> str:
        """The name of our tensor `name` in the file."""
        theirs, _, kind = super().their_name(name).rpartition(".")
        return f"{self._names.get_name(f'model.{theirs}') or self._names.get_name(theirs)}.{kind}"


def llm_from_gguf(file: GgufFile, dtype: torch.dtype = torch.float32) -> Llm:
    """An `Llm` in eval mode with the weights of a file, one after the other unpacked to `dtype`.

    Raises:
        CourseError: as `gguf_config` does; or a tensor is missing, unknown, misshapen or not finite.
    """
    model, checkpoint, names = opened(file, dtype)
    return checkpoint.fill(model, weights(checkpoint, model, names))


def opened(file: GgufFile, dtype: torch.dtype = torch.float32) -> tuple[Llm, HubTensors, GgufNames]:
    """An `Llm` that waits for its weights, the tensors of the file, and what they are called. Raises CourseError."""
    config = gguf_config(file)
    family, model = family_of(config), blank(Llm, llm_config(config), dtype)
    checkpoint = HubTensors(UnpackedTensors(file, dtype))
    checkpoint.skip(FACTORS)
    scale = query_scale(config, family, model.config.d_head)
    return model, checkpoint, GgufNames(file.settings["general.architecture"], family, model.config, scale)
