"""Many feed-forward networks, of which each token visits a few (Shazeer et al. 2017, section 2)."""

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn

from course_lib.errors import CourseError
from course_lib.nn.gated_feed_forward import GatedFeedForward
from course_lib.shapes import ND, Shares, Vectors, Visited, Visits


class MixtureOfExperts(nn.Module):
    """A router gives each token probabilities of the experts; the most likely few answer, and share the token's output.

    In training, `auxiliary_loss` says how unevenly the tokens of the last batch were routed, see `load_balancing_loss`;
    `WithAuxiliary` adds it to an objective.

    Args:
        d_model, d_ff: D and F, the widths of each expert.
        num_experts: how many there are.
        num_active: how many of them a token visits.
        activation: of the experts.

    Raises:
        CourseError: `num_active` is not 1 to `num_experts`.
    """

    def __init__(self, d_model: int, d_ff: int, num_experts: int, num_active: int, activation: Callable = F.silu):
        super().__init__()
        if not 1 <= num_active <= num_experts:
            raise CourseError(f"num_active must be 1 to {num_experts}, the number of experts, got {num_active}")
        self.num_active = num_active
        self.gate = nn.Linear(d_model, num_experts, bias=False)
        self.experts = nn.ModuleList(GatedFeedForward(d_model, d_ff, activation) for _ in range(num_experts))

    def forward(self, x: Vectors) -> Vectors:
        rows = x.flatten(0, -2)
        probs, shares, chosen = self.route(rows)
        y = torch.zeros_like(rows)
        for number, expert in enumerate(self.experts):
            row, rank = (chosen == number).nonzero(as_tuple=True)
            y = y.index_add(0, row, shares[row, rank, None] * expert(rows[row]))
        if self.training:
            self.auxiliary_loss = load_balancing_loss(probs, chosen)
        return y.view_as(x)

    def route(self, rows: ND) -> tuple[Shares, Visited, Visits]:
        """For each token the probabilities of all experts; and of those that it visits the shares, which sum to 1,
        and the numbers."""
        probs = self.gate(rows).to(torch.promote_types(rows.dtype, torch.float32)).softmax(dim=-1)
        best, chosen = probs.topk(self.num_active)
        return probs, (best / best.sum(dim=-1, keepdim=True)).to(rows.dtype), chosen

    def __getstate__(self) -> dict[str, Any]:
        """What a copy gets: all but the loss of the last batch, which hangs on that batch."""
        return {name: value for name, value in self.__dict__.items() if name != "auxiliary_loss"}


def load_balancing_loss(probs: Shares, chosen: Visits) -> torch.Tensor:
    """The load-balancing loss (Fedus et al. 2022, section 2.2): 1 times the number of visits where all is even.

    That is the number of experts times the sum, over the experts, of the share of tokens that visit one times its mean
    probability. Only the probabilities have a gradient; experts that many visit get less of it.
    """
    num_experts = probs.shape[1]
    visits = chosen.flatten().bincount(minlength=num_experts) / len(chosen)
    return num_experts * (visits.to(probs.dtype) * probs.mean(dim=0)).sum()
