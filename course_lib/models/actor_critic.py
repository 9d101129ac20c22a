"""A policy with a critic: one body says what comes next, and how much reward to expect (Schulman et al. 2017)."""

import torch
from torch import nn

from course_lib.models.base import Model
from course_lib.models.llm import Llm
from course_lib.shapes import BT, NV, BoolsBT, IdsBT, PerLabel


class ActorCritic(Model):
    """An `Llm` that is trained in place, and one linear unit beside its last layer; expects nothing at first."""

    def __init__(self, policy: Llm):
        super().__init__(policy.config)
        self.policy = policy
        self.value = nn.Linear(policy.config.d_model, 1, device=next(policy.parameters()).device)
        nn.init.zeros_(self.value.weight)
        nn.init.zeros_(self.value.bias)

    def forward(self, tokens: IdsBT, keep: BoolsBT) -> tuple[NV, PerLabel]:
        """Logits and values at the places of `tokens` where `keep` is True."""
        x = self.policy.hidden(tokens)[keep]
        return self.policy.logits(x), self.value(x).squeeze(-1)

    @torch.no_grad()
    def values(self, tokens: IdsBT) -> BT:
        """The return to expect after each of `tokens`; without gradients."""
        return self.value(self.policy.hidden(tokens)).squeeze(-1)
