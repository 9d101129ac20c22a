"""Pack the matrices of a decoder-only model."""

from collections.abc import Callable

from torch import nn

from course_lib.models.llm import Llm
from course_lib.workshop.fast import HalfLinear, PackedLinear, PackedTable


def in_its_own_bits(name: str, layer: nn.Module) -> HalfLinear:
    """Return a packed layer for a layer with 16-bit weights. It shares their memory."""
    return HalfLinear(layer.weight, getattr(layer, "bias", None))


def pack(model: Llm, make: Callable[[str, nn.Module], PackedLinear] = in_its_own_bits) -> Llm:
    """Replace the matrices of a model with packed ones, in place. The model can no longer be trained.

    Args:
        model: the model, in eval mode.
        make: a function from the name of a weight and its `nn.Linear` or `nn.Embedding` to the packed layer. The layer
            for the embedding must have a method `rows`.
    """
    linears = [(name, layer) for name, layer in model.named_modules() if type(layer) is nn.Linear and name != "output"]
    for name, layer in linears:
        model.set_submodule(name, make(f"{name}.weight", layer))
    table = make("embedding.table.weight", model.embedding.table)
    model.output = table if model.config.tied else make("output.weight", model.output)
    model.embedding.table = PackedTable(table)
    return model
