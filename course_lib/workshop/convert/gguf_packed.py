"""The model in a GGUF file as our `Llm`, with its matrices in about as many bits as they have in the file."""

import numpy as np
import torch
from gguf import GGMLQuantizationType as Kind
from gguf import ReaderTensor
from torch import nn

from course_lib.models import Llm
from course_lib.workshop.convert.gguf_file import GgufFile
from course_lib.workshop.convert.gguf_llm import GgufNames, opened
from course_lib.workshop.convert.hub_tensors import HubTensors
from course_lib.workshop.convert.llm import weights
from course_lib.workshop.fast import HalfLinear, Int4Linear, Int8Linear, PackedLinear, pack

# bytes before the 32 numbers of a block: a scale, and perhaps a lowest value, in float16
HEADS = {Kind.Q4_0: 2, Kind.Q4_1: 4}
FLOATS = {Kind.F16: torch.float16, Kind.BF16: torch.bfloat16, Kind.F32: torch.bfloat16}


def packed_llm_from_gguf(file: GgufFile) -> Llm:
    """An `Llm` in eval mode with packed matrices, read one after the other. See `llm_from_gguf`.

    What the file has in blocks of 4 bits stays as it is, floats get or keep 16 bits, all else is rounded to 8.
    """
    model, checkpoint, names = opened(file)

    def make(name: str, layer: nn.Module) -> PackedLinear:
        return packed_layer(file, checkpoint, names, name, layer)

    return checkpoint.fill(pack(model, make), weights(checkpoint, model, names))


def packed_layer(file: GgufFile, checkpoint: HubTensors, names: GgufNames, name: str, layer: nn.Module) -> PackedLinear:
    """Return the replacement of the layer whose weight has this name."""
    theirs, bias = names.their_name(name), getattr(layer, "bias", None)
    tensor = checkpoint.shaped(theirs, layer.weight.shape)  # unpacked, to see that it is whole
    kind = file.stored[theirs].tensor_type
    if kind in HEADS and Int4Linear.fits(tensor.shape) and isinstance(layer, nn.Linear) and not names.scales(name):
        return Int4Linear(*(names.in_our_order(name, part) for part in blocks_of_4_bits(file.stored[theirs])), bias)
    weight = names.to_ours(name, tensor)
    return HalfLinear(weight.to(FLOATS[kind]), bias) if kind in FLOATS else Int8Linear(weight, bias)


def blocks_of_4_bits(tensor: ReaderTensor) -> list[torch.Tensor]:
    """The numbers, scales and lowest values of a matrix, as `Int4Linear` takes them."""
    head = HEADS[tensor.tensor_type]
    blocks = tensor.data.reshape(len(tensor.data), -1, head + 16)
    scales, *lowest = np.moveaxis(blocks[..., :head].copy().view(np.float16).astype(np.float32), -1, 0)
    packed = blocks[..., head:]
    numbers = np.concatenate([packed & 15, packed >> 4], axis=-1).reshape(len(blocks), -1)
    return list(map(torch.from_numpy, (numbers, scales, *(lowest or [-8 * scales]))))
