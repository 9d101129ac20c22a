"""Mixture of experts: many feed-forward networks, but each token uses only a few (Shazeer et al. 2017, section 2)."""

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn

from course_lib.errors import CourseError
from course_lib.nn.gated_feed_forward import GatedFeedForward
from course_lib.shapes import ND, Shares, Vectors, Visited, Visits


class MixtureOfExperts(nn.Module):
    """A layer that routes each token to its most probable experts and adds up their outputs, weighted by probability.

    In training mode, the attribute `auxiliary_loss` is the load-balancing loss of the last batch. The objective
    `WithAuxiliary` adds this loss to another objective.

    Args:
        d_model: D, the width of the model.
        d_ff: F, the hidden width of each expert.
        num_experts: number of experts.
        num_active: number of experts that process each token.
        activation: activation function of the experts.

    Raises:
        CourseError: `num_active` is not between 1 and `num_experts`.
    """

    def __init__(self, d_model: int, d_ff: int, num_experts: int, num_active: int, activation: Callable = F.silu):
        super().__init__()
        if not 1 <= num_active <= num_experts:
            raise CourseError(f"num_active must be between 1 and num_experts, {num_experts}, got {num_active}")
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
        """Choose the experts for each token.

        Returns:
            The probabilities of all experts, the weights of the chosen experts (which sum to 1), and the indices of the
                chosen experts.
        """
        probs = self.gate(rows).to(torch.promote_types(rows.dtype, torch.float32)).softmax(dim=-1)
        best, chosen = probs.topk(self.num_active)
        return probs, (best / best.sum(dim=-1, keepdim=True)).to(rows.dtype), chosen

    def __getstate__(self) -> dict[str, Any]:
        """Return the attributes to copy or pickle, without the loss of the last batch.

        That loss is part of a computation graph, so it can't be copied.
        """
        return {name: value for name, value in self.__dict__.items() if name != "auxiliary_loss"}


def load_balancing_loss(probs: Shares, chosen: Visits) -> torch.Tensor:
    """Compute the load-balancing loss, which equals `num_active` if each expert gets the same number of tokens.

    The loss is the number of experts times a sum over all experts: the fraction of tokens routed to the expert times
    its mean probability. Only the probabilities have a gradient, which lowers the probabilities of busy experts (Fedus
    et al. 2022, section 2.2).

    Args:
        probs: the probabilities of all experts for each token.
        chosen: the indices of the experts to which each token is routed.
    """
    num_experts = probs.shape[1]
    visits = chosen.flatten().bincount(minlength=num_experts) / len(chosen)
    return num_experts * (visits.to(probs.dtype) * probs.mean(dim=0)).sum()
