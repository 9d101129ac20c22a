"""The tensors of an `Llm`: what they are called in a checkpoint of a family, and how they are stored there."""

import torch

from course_lib.models import LlmConfig
from course_lib.workshop.convert.families import Family

OUTSIDE_LAYERS = {"embedding.table": "embed_tokens", "norm": "norm", "output": "lm_head"}
ROTATED = ("q_proj", "k_proj", "q_norm", "k_norm")


class LlmTensors:
    """Names and contents of tensors, from our side to a family's and back.

    Queries and keys are in another order: transformers turns x_i together with x_(i + E/2), the slides and we turn
    neighbors. The 1 that a Gemma adds to its norms is in our norms, the scale of its scores in our queries.

    Args:
        family: see `FAMILIES`.
        config: our `LlmConfig`.
        query_scale: how much larger our queries must be; on the way back they stay as they are.
    """

    def __init__(self, family: Family, config: LlmConfig, query_scale: float = 1.0):
        self.family, self.query_scale, self.rotated = family, query_scale, ROTATED
        self.d_head = config.d_head or config.d_model // config.num_heads
        self.scaled = "q_norm" if config.qk_norm else "q_proj"

    def their_name(self, name: str) -> str:
        """The name of our tensor `name` on their side, without the prefix "model."."""
        module, _, kind = name.rpartition(".")
        if module in OUTSIDE_LAYERS:
            return f"{OUTSIDE_LAYERS[module]}.{kind}"
        _, i, part = module.split(".", 2)
        ours = next(ours for ours in self.family.layer_names if f"{part}.".startswith(f"{ours}."))
        *path, last = part.removeprefix(ours).split(".")
        last = self.family.expert_names.get(last, last)
        return f"layers.{i}.{self.family.layer_names[ours]}{'.'.join([*path, last])}.{kind}"

    def to_ours(self, name: str, tensor: torch.Tensor) -> torch.Tensor:
        """Return the values of our tensor `name` if theirs is `tensor`."""
        part = name.split(".")[-2]
        if "norm" in part:
            tensor = tensor.float() + self.family.norm_offset
        if self.scales(name):
            tensor = tensor.float() * self.query_scale
        return self.in_our_order(name, tensor)

    def scales(self, name: str) -> bool:
        """Return True if our tensor `name` is theirs times the scale of the queries."""
        return name.split(".")[-2] == self.scaled and self.query_scale != 1.0

    def in_our_order(self, name: str, tensor: torch.Tensor) -> torch.Tensor:
        """The rows of their `tensor`, or of what goes with its rows, in the order that our tensor `name` has."""
        return halves_to_pairs(tensor, self.d_head) if name.split(".")[-2] in self.rotated else tensor

    def to_theirs(self, name: str, tensor: torch.Tensor) -> torch.Tensor:
        """Return the values of theirs if our tensor `name` is `tensor`."""
        part = name.split(".")[-2]
        if "norm" in part:
            tensor = tensor - self.family.norm_offset
        return pairs_to_halves(tensor, self.d_head) if part in self.rotated else tensor


def halves_to_pairs(tensor: torch.Tensor, d_head: int) -> torch.Tensor:
    """Rows 0, E/2, 1, E/2 + 1, ... of each head, so that those that turn together are neighbors; or of a vector E."""
    return tensor.unflatten(0, (-1, 2, d_head // 2)).transpose(1, 2).flatten(0, 2)


def pairs_to_halves(tensor: torch.Tensor, d_head: int) -> torch.Tensor:
    """The way back: the first of all pairs, and then the second."""
    return tensor.unflatten(0, (-1, d_head // 2, 2)).transpose(1, 2).flatten(0, 2)
