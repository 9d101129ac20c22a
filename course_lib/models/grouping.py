"""Few key-value heads out of many: a multi-head model becomes a grouped one (slide "Grouped-Query Attention")."""

from dataclasses import replace

from torch import Tensor

from course_lib.errors import CourseError
from course_lib.models.llm import LlmBody


def to_grouped(model: LlmBody, num_kv_heads: int) -> LlmBody:
    """A copy of an `Llm` with fewer key-value heads, each the mean of those that it replaces.

    Neighbors are pooled, so each query head meets the mean of the group that its own key-value head is in. The copy
    needs some more training: the heads of a group had learned different things (Ainslie et al. 2023, section 2.1).

    Raises:
        CourseError: the model's key-value heads can't be cut into `num_kv_heads` groups of one size.
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
    """Average the rows of a weight (or the numbers of a bias), (K E) ..., over the neighboring heads of each group."""
    return tensor.unflatten(0, (groups, heads // groups, -1)).mean(dim=1).flatten(0, 1)
