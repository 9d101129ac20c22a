"""Convert a multi-head model into a model with grouped-query attention (slide "Grouped-Query Attention")."""

from dataclasses import replace

from torch import Tensor

from course_lib.errors import CourseError
from course_lib.models.llm import LlmBody


def to_grouped(model: LlmBody, num_kv_heads: int) -> LlmBody:
    """Copy an `Llm` with fewer key-value heads, each the mean of a group of neighboring heads.

    The copy needs some more training, because the heads of a group have learned different things (Ainslie et al. 2023,
    section 2.1).

    Args:
        model: the model to copy.
        num_kv_heads: the new number of key-value heads.

    Raises:
        CourseError: `num_kv_heads` doesn't divide the model's number of key-value heads.
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
    """Average a weight's rows (or a bias) over the neighboring heads of each group.

    Args:
        tensor: a weight or bias with the rows (K E).
        heads: the number of heads before.
        groups: the number of heads after.
    """
    return tensor.unflatten(0, (groups, heads // groups, -1)).mean(dim=1).flatten(0, 1)
