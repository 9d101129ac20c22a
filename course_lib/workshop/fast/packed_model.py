"""A decoder-only model whose matrices are kept in few bits."""

from collections.abc import Callable

from torch import nn

from course_lib.models.llm import Llm
from course_lib.workshop.fast import HalfLinear, PackedLinear, PackedTable


def in_its_own_bits(name: str, layer: nn.Module) -> HalfLinear:
    """The packed layer of one whose weight has 16 bits; nothing is copied."""
    return HalfLinear(layer.weight, getattr(layer, "bias", None))


def pack(model: Llm, make: Callable[[str, nn.Module], PackedLinear] = in_its_own_bits) -> Llm:
    """Exchange the matrices of a model for packed ones, in place. It can no longer be trained, and writes as before.

    Args:
        model: in eval mode.
        make: from the name of a weight, and the `nn.Linear` or `nn.Embedding` that has it, to what takes its place. The
            packed table of the embedding must have `rows`.
    """
    linears = [(name, layer) for name, layer in model.named_modules() if type(layer) is nn.Linear and name != "output"]
    for name, layer in linears:
        model.set_submodule(name, make(f"{name}.weight", layer))
    table = make("embedding.table.weight", model.embedding.table)
    model.output = table if model.config.tied else make("output.weight", model.output)
    model.embedding.table = PackedTable(table)
    return model
