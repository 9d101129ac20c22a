"""An actor-critic for PPO: one model predicts both the next token and the return (Schulman et al. 2017)."""

import torch
from torch import nn

from course_lib.models.base import Model
from course_lib.models.llm import Llm
from course_lib.shapes import BT, NV, BoolsBT, IdsBT, PerLabel


class ActorCritic(Model):
    """An `Llm` that serves as the policy, with a value head on top of its last hidden states.

    The `Llm` is not copied, so training this model changes it. The value head is initialized to zero.

    Args:
        policy: the language model to train.
    """

    def __init__(self, policy: Llm):
        super().__init__(policy.config)
        self.policy = policy
        self.value = nn.Linear(policy.config.d_model, 1, device=next(policy.parameters()).device)
        nn.init.zeros_(self.value.weight)
        nn.init.zeros_(self.value.bias)

    def forward(self, tokens: IdsBT, keep: BoolsBT) -> tuple[NV, PerLabel]:
        """Compute the next-token logits and the values at the positions where `keep` is True."""
        x = self.policy.hidden(tokens)[keep]
        return self.policy.logits(x), self.value(x).squeeze(-1)

    @torch.no_grad()
    def values(self, tokens: IdsBT) -> BT:
        """Estimate the return after each token, without gradients."""
        return self.value(self.policy.hidden(tokens)).squeeze(-1)
