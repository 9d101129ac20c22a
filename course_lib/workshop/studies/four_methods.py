"""What do REINFORCE, PPO, GRPO and DPO gain in true reward, and how far do they go from the chat model for it?

Those that draw see the same number of answers, and the rule judges them. DPO reads pairs that somebody else wrote.
Two rivals use cross-entropy alone: rejection sampling on the best answers that the policy draws, and fine-tuning on the
chosen answers that DPO reads.
"""

from functools import partial
from typing import Any

import torch

from course_lib.data import load_preferences, packed_batches, preference_batches, with_reference
from course_lib.models import ActorCritic
from course_lib.objectives import (
    BaselineAdvantages,
    CriticAdvantages,
    DirectPreference,
    GroupAdvantages,
    GroupRelativePolicy,
    ProximalPolicy,
    Reinforce,
    TokenPrediction,
    pair_log_probabilities,
)
from course_lib.workshop.studies.answering import GROUPS, Watch, chat_models, pairs, rollouts, rule
from course_lib.workshop.studies.harness import fit
from course_lib.workshop.studies.study import Numbers, Study
from course_lib.world.dialogues import CRITERIA


def reinforce(policy, draw, kl_weight, **_: Any):
    """One step for each draw."""
    return policy, draw(BaselineAdvantages(kl_weight=kl_weight), prompts_per_batch=64), Reinforce()


def ppo(policy, draw, kl_weight, **_: Any):
    """A critic, clipping, two steps for each draw."""
    model = ActorCritic(policy)
    advantages = CriticAdvantages(model.values, kl_weight=kl_weight, gae_lambda=1.0)
    return model, draw(advantages, prompts_per_batch=64, updates_per_batch=2), ProximalPolicy(value_weight=1.0)


def grpo(policy, draw, kl_weight, **_: Any):
    """Groups of four, clipping, two steps for each draw."""
    return policy, draw(GroupAdvantages(group_size=4), **GROUPS), GroupRelativePolicy(kl_weight=kl_weight)


def dpo(policy, reference, kl_weight, count, seed, **_: Any):
    """Pairs, and no draw."""
    batches = preference_batches(pairs(count), 3000, seed)
    batches = with_reference(batches, lambda batch: pair_log_probabilities(reference, batch))
    return policy, batches, DirectPreference(kl_weight)


def best_only(batch):
    """1 for each answer that earns the most in its group of four, if the others earn less, and 0 for all others."""
    groups = batch.rewards.view(-1, 4)
    best = (groups == groups.amax(1, keepdim=True)) & (groups > groups.mean(1, keepdim=True))
    weights = best.float().view(-1, 1).expand(batch.tokens.shape)
    return weights, torch.zeros_like(weights)


def rejection(policy, draw, **_: Any):
    """Cross-entropy on the best of each group; the same draws as GRPO's."""
    return policy, draw(best_only, **GROUPS), Reinforce()


def chosen(policy, count, seed, **_: Any):
    """Cross-entropy on the chosen answers of DPO's pairs, as many in each step as DPO reads."""
    return policy, packed_batches([pair.chosen for pair in pairs(count)], 256, 1500, seed), TokenPrediction()


METHODS = {
    "reinforce": reinforce,
    "ppo": ppo,
    "grpo": grpo,
    "dpo": dpo,
    "rejection": rejection,
    "chosen": chosen,
}


def measure(
    seed: int = 0,
    method: str = "grpo",
    kl_weight: float = 0.04,
    rate: float = 5e-4,
    steps: int = 40,
    stops: int = 4,
    count: int = 1500,
    prompts: int = 2000,
    asked: int = 150,
) -> Numbers:
    """At each stop the true reward of answers to held-out requests, its four criteria, and the KL."""
    policy, reference = chat_models()
    draw = partial(rollouts, policy, reference, rule(), prompts, seed=seed)
    settings = {
        "policy": policy,
        "reference": reference,
        "draw": draw,
        "kl_weight": kl_weight,
        "count": count,
        "seed": seed,
    }
    watch = Watch(policy, reference, {name: rule(name) for name in ("reward", *CRITERIA)}, asked)
    fit(*METHODS[method](**settings), steps, rate, seed, watch, weight_decay=0.0, evaluations=stops)
    return watch.curves()


STUDY = Study(
    measure=measure,
    arms={
        "REINFORCE": {"method": "reinforce", "kl_weight": 0.02, "steps": 20},
        "PPO": {"method": "ppo", "kl_weight": 0.02, "rate": 6e-4},
        "GRPO": {},
        "GRPO, a dearer nat": {"kl_weight": 0.3},
        "DPO": {"method": "dpo", "kl_weight": 0.5, "rate": 2e-4},
        "rejection sampling": {"method": "rejection"},
        "fine-tuning on DPO's chosen": {"method": "chosen", "rate": 2e-4},
        "fine-tuning, a larger rate": {"method": "chosen"},
    },
    loaders=(load_preferences,),
    models=("chat",),
    toy={"steps": 2, "stops": 1, "count": 40, "prompts": 70, "asked": 5},
)
