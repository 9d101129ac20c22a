"""Loss functions for reinforcement learning, computed per token (slide "Reinforcement Learning").

All functions return one number per token. The objectives in `reinforcement.py` sum the results.
"""

import torch
import torch.nn.functional as F

from course_lib.shapes import Ids, Logits, Numbers


def token_log_probabilities(logits: Logits, tokens: Ids) -> Numbers:
    """Return the log-probability of each token, in nats, given the logits at its position."""
    return logits.float().log_softmax(dim=-1).gather(-1, tokens.unsqueeze(-1)).squeeze(-1)


def kl_divergence(logits: Logits, reference_logits: Logits) -> Numbers:
    """Compute the exact KL divergence KL(p || reference) of two next-token distributions, in nats."""
    log_p, reference_log_p = logits.float().log_softmax(dim=-1), reference_logits.float().log_softmax(dim=-1)
    return (log_p.exp() * (log_p - reference_log_p)).sum(dim=-1)


def kl_k1(log_p: Numbers, reference_log_p: Numbers) -> Numbers:
    """Estimate KL(p || reference) from sampled tokens with the k1 estimator, log p - log reference.

    The estimate is unbiased, but it has a high variance and is often negative.
    """
    return log_p - reference_log_p


def kl_k3(log_p: Numbers, reference_log_p: Numbers) -> Numbers:
    """Estimate KL(p || reference) from sampled tokens with the k3 estimator, which is never negative.

    It adds a term whose mean is zero, reference/p - 1, to `kl_k1`. The estimate stays unbiased and has a lower
    variance. (Shao et al. 2024, equation 4)
    """
    difference = reference_log_p - log_p
    return difference.exp() - 1 - difference


def reinforce(log_p: Numbers, advantages: Numbers) -> Numbers:
    """Compute the policy gradient loss, -advantage · log p.

    Training makes tokens with a positive advantage more likely and tokens with a negative advantage less likely.
    (Williams 1992, section 4)
    """
    return -advantages * log_p


def ppo_clip(log_p: Numbers, old_log_p: Numbers, advantages: Numbers, clip: float = 0.2) -> Numbers:
    """Compute PPO's clipped policy gradient loss for tokens that an earlier policy sampled.

    A positive advantage pushes the ratio p / old p up, and a negative advantage pushes it down. Once the ratio has left
    the range from 1 - clip to 1 + clip in this direction, the gradient is zero.

    Args:
        log_p: log-probabilities under the current policy.
        old_log_p: log-probabilities under the policy that sampled the tokens.
        advantages: the advantage of each token.
        clip: how far the ratio may move from 1.

    (Schulman et al. 2017, equation 7)
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
    """Compute the GRPO loss, which is PPO's clipped loss plus a KL penalty.

    PPO itself subtracts the penalty from the reward instead.

    Args:
        log_p: log-probabilities under the current policy.
        old_log_p: log-probabilities under the policy that sampled the tokens.
        reference_log_p: log-probabilities under the reference model.
        advantages: the advantage of each token.
        clip: see `ppo_clip`.
        kl_weight: the KL coefficient β.

    (Shao et al. 2024, equation 3)
    """
    penalty = kl_weight * kl_k3(log_p, reference_log_p)
    return ppo_clip(log_p, old_log_p, advantages, clip) + penalty


def value_loss(values: Numbers, returns: Numbers) -> Numbers:
    """Compute the critic's loss, which is half the squared error of the predicted returns."""
    return 0.5 * F.mse_loss(values, returns, reduction="none")
