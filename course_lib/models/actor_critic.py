"""A policy with a critic: one model predicts the next token and the expected reward (Schulman et al. 2017)."""

import torch
from torch import nn

from course_lib.models.base import Model
from course_lib.models.llm import Llm
from course_lib.shapes import BT, NV, BoolsBT, IdsBT, PerLabel


class ActorCritic(Model):
    """An `Llm` as the policy, with a value head on its last hidden states.

    The `Llm` is not copied, so training changes it. The value head starts at zero.
    """

    def __init__(self, policy: Llm):
        super().__init__(policy.config)
        self.policy = policy
        self.value = nn.Linear(policy.config.d_model, 1, device=next(policy.parameters()).device)
        nn.init.zeros_(self.value.weight)
        nn.init.zeros_(self.value.bias)

    def forward(self, tokens: IdsBT, keep: BoolsBT) -> tuple[NV, PerLabel]:
        """Return the logits and values at the positions of `tokens` where `keep` is True."""
        x = self.policy.hidden(tokens)[keep]
        return self.policy.logits(x), self.value(x).squeeze(-1)

    @torch.no_grad()
    def values(self, tokens: IdsBT) -> BT:
        """Predict the return after each token of `tokens`, without tracking gradients."""
        return self.value(self.policy.hidden(tokens)).squeeze(-1)
