"""Losses of reinforcement learning, token by token: what makes good answers more likely (slide "Reinforcement
Learning").

All of these work element by element, on tensors of one shape: the objectives in `reinforcement.py` add them up.
"""

import torch
import torch.nn.functional as F

from course_lib.shapes import Ids, Logits, Numbers


def token_log_probabilities(logits: Logits, tokens: Ids) -> Numbers:
    """log p of each of `tokens`, in nats."""
    return logits.float().log_softmax(dim=-1).gather(-1, tokens.unsqueeze(-1)).squeeze(-1)


def kl_divergence(logits: Logits, reference_logits: Logits) -> Numbers:
    """How far two next-token distributions are apart, exactly: KL(p || reference) in nats."""
    log_p, reference_log_p = logits.float().log_softmax(dim=-1), reference_logits.float().log_softmax(dim=-1)
    return (log_p.exp() * (log_p - reference_log_p)).sum(dim=-1)


def kl_k1(log_p: Numbers, reference_log_p: Numbers) -> Numbers:
    """An estimate of KL(p || reference) from one token that p drew: right on average, but often negative."""
    return log_p - reference_log_p


def kl_k3(log_p: Numbers, reference_log_p: Numbers) -> Numbers:
    """An estimate of KL(p || reference) that is right on average, never negative, and varies less.

    It adds to `kl_k1` what is zero on average, reference/p - 1 (Shao et al. 2024, equation 4).
    """
    difference = reference_log_p - log_p
    return difference.exp() - 1 - difference


def reinforce(log_p: Numbers, advantages: Numbers) -> Numbers:
    """The policy gradient as a loss: a token is made more likely by as much as it did better than expected.

    Williams 1992, section 4 ("reinforcement increment = learning rate x (reward - baseline) x eligibility").
    """
    return -advantages * log_p


def ppo_clip(log_p: Numbers, old_log_p: Numbers, advantages: Numbers, clip: float = 0.2) -> Numbers:
    """The policy gradient for tokens that an earlier policy drew; it stops once a token has changed by enough.

    `old_log_p` is what the policy that drew the tokens gave them. Where the ratio p / old p has left the range from
    1 - clip to 1 + clip, on the side that the advantage pulls to, the gradient is zero (Schulman et al. 2017, eq. 7).
    """
    ratio = (log_p - old_log_p).exp()
    clipped = ratio.clamp(1 - clip, 1 + clip)
    return -torch.minimum(ratio * advantages, clipped * advantages)


def grpo(
    log_p: Numbers,
    old_log_p: Numbers,
    reference_log_p: Numbers,
    advantages: Numbers,
    clip: float = 0.2,
    kl_weight: float = 0.04,
) -> Numbers:
    """The clipped loss, with the KL to the reference added here, not to the reward (Shao et al. 2024, equation 3)."""
    penalty = kl_weight * kl_k3(log_p, reference_log_p)
    return ppo_clip(log_p, old_log_p, advantages, clip) + penalty


def value_loss(values: Numbers, returns: Numbers) -> Numbers:
    """How wrong the critic was: half the squared error of the expected return."""
    return 0.5 * F.mse_loss(values, returns, reduction="none")
