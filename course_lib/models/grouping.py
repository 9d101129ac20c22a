"""Conversion of a model with multi-head attention to grouped-query attention (slide "Grouped-Query Attention")."""

from dataclasses import replace

from torch import Tensor

from course_lib.errors import CourseError
from course_lib.models.llm import LlmBody


def to_grouped(model: LlmBody, num_kv_heads: int) -> LlmBody:
    """Copy a model and reduce its number of key-value heads by averaging groups of neighboring heads.

    The copy needs some more training, because the heads that are averaged have learned different things.

    Args:
        model: the model to copy, such as an `Llm`.
        num_kv_heads: the new number of key-value heads.

    Raises:
        CourseError: the model's number of key-value heads is not divisible by `num_kv_heads`.

    (Ainslie et al. 2023, section 2.1)
    """
    before = model.config.num_kv_heads
    if num_kv_heads < 1 or before % num_kv_heads:
        heads = f"the {before} key-value heads of the model"
        raise CourseError(f"num_kv_heads must divide {heads}, got {num_kv_heads}")
    weight = model.embedding.table.weight
    config = replace(model.config, num_kv_heads=num_kv_heads)
    grouped = type(model)(config).to(weight.device, weight.dtype)
    state = model.state_dict()
    for name, tensor in state.items():
        if name.split(".")[-2] in ("k_proj", "v_proj"):
            state[name] = mean_of_groups(tensor, before, num_kv_heads)
    grouped.load_state_dict(state)
    return grouped.train(model.training)


def mean_of_groups(tensor: Tensor, heads: int, groups: int) -> Tensor:
    """Average the weight or bias of a projection over each group of neighboring heads.

    Args:
        tensor: a weight or bias whose first dimension is the number of heads times the head dimension.
        heads: the current number of heads.
        groups: the number of groups, which is the new number of heads.
    """
    return tensor.unflatten(0, (groups, heads // groups, -1)).mean(dim=1).flatten(0, 1)
