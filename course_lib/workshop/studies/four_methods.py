"""What do REINFORCE, PPO, GRPO and DPO gain in true reward, and how far do they go from the chat model for it?

The three that draw see the same number of answers, and the rule judges them. DPO reads pairs that somebody else wrote.
"""

from functools import partial
from typing import Any

from course_lib.data import load_preferences, preference_batches, with_reference
from course_lib.models import ActorCritic
from course_lib.objectives import (
    BaselineAdvantages,
    CriticAdvantages,
    DirectPreference,
    GroupAdvantages,
    GroupRelativePolicy,
    ProximalPolicy,
    Reinforce,
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


METHODS = {"reinforce": reinforce, "ppo": ppo, "grpo": grpo, "dpo": dpo}


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
    },
    loaders=(load_preferences,),
    models=("chat",),
    toy={"steps": 2, "stops": 1, "count": 40, "prompts": 70, "asked": 5},
)
