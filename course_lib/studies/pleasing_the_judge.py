"""What keeps a policy that learns from a judge from pleasing the judge alone?

A young judge, trained on few pairs, teaches the chat model by GRPO, as in lesson 13. The arms change the teacher or the
price of leaving the chat model; "the rule" is not learnt, so that nothing can be found that pleases it alone.
"""

from collections.abc import Callable
from functools import lru_cache

from course_lib.data import ChatTemplate, load_preferences, preference_batches
from course_lib.generation import LearntReward, Rollouts
from course_lib.models import Scorer, load_model
from course_lib.objectives import BradleyTerry, GroupAdvantages, GroupRelativePolicy
from course_lib.studies.answering import (
    ROOM,
    Reward,
    as_curves,
    by_rule,
    chat_models,
    looked_at,
    pairs,
    requests,
    tokenizer,
)
from course_lib.studies.study import Numbers, Study
from course_lib.training import Plan, Trainer


@lru_cache(maxsize=1)
def young_judge(count: int, steps: int, seed: int) -> Scorer:
    """A reward model that has read `count` pairs."""
    judge = Scorer.from_llm(load_model("chat")[0])
    plan = Plan(steps=steps, learning_rate=1e-3, evaluations=1, seed=seed)
    Trainer(judge, preference_batches(pairs(count), 2000, seed), BradleyTerry(), plan).train()
    return judge.eval()


def teachers(judge_pairs: int, judge_steps: int, seed: int) -> dict[str, Callable[[], Reward]]:
    """By name, what makes a reward."""
    return {
        "young": lambda: LearntReward(young_judge(judge_pairs, judge_steps, seed)),
        "shipped": lambda: LearntReward(load_model("reward")[0]),
        "rule": by_rule,
    }


def measure(
    seed: int = 0,
    teacher: str = "young",
    price: float = 0.0,
    steps: int = 30,
    stops: int = 5,
    rate: float = 9e-4,
    judge_steps: int = 60,
    judge_pairs: int = 1200,
    prompts: int = 2000,
    asked: int = 150,
) -> Numbers:
    """At each stop what the teacher and the rule say of answers to held-out requests, and the KL, in nats per token."""
    rewards = {"judge": teachers(judge_pairs, judge_steps, seed)[teacher](), "rule": by_rule()}
    policy, reference = chat_models()
    batches = Rollouts(
        requests("train", prompts),
        policy,
        reference,
        rewards["judge"],
        GroupAdvantages(group_size=4),
        end_id=ChatTemplate(tokenizer()).end_id,
        max_new_tokens=ROOM,
        prompts_per_batch=16,
        group_size=4,
        updates_per_batch=2,
        seed=seed,
    )
    seen = []

    def look(policy):
        seen.append(looked_at(policy, reference, requests("validation", asked), rewards))
        return {}

    plan = Plan(steps=steps, learning_rate=rate, weight_decay=0.0, evaluations=stops, seed=seed)
    Trainer(policy, batches, GroupRelativePolicy(kl_weight=price), plan, evaluate=look).train()
    return as_curves(seen)


STUDY = Study(
    measure=measure,
    arms={
        "young judge": {},
        "young judge, a nat costs 0.15": {"price": 0.15},
        "shipped judge": {"teacher": "shipped"},
        "the rule": {"teacher": "rule"},
    },
    loaders=(load_preferences,),
    models=("chat", "reward"),
    toy={"steps": 2, "stops": 1, "judge_steps": 1, "judge_pairs": 8, "prompts": 20, "asked": 5},
)
