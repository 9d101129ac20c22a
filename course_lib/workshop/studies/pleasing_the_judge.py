"""What keeps a policy that learns from a judge from pleasing the judge alone?

A young judge, trained on few pairs, teaches the chat model by GRPO, as in the lesson. Arms change the teacher or the
price of leaving the chat model; "the rule" is not learned, so that nothing can be found that pleases it alone.
"""

from collections.abc import Callable
from functools import lru_cache

from course_lib.data import load_preferences, preference_batches
from course_lib.generation import LearnedReward
from course_lib.models import Scorer, load_model
from course_lib.objectives import BradleyTerry, GroupAdvantages, GroupRelativePolicy
from course_lib.workshop.studies.answering import GROUPS, Reward, Watch, chat_models, pairs, rollouts, rule
from course_lib.workshop.studies.harness import fit
from course_lib.workshop.studies.study import Numbers, Study


@lru_cache(maxsize=1)
def young_judge(count: int, steps: int, seed: int) -> Scorer:
    """A reward model that has read `count` pairs."""
    judge = Scorer.from_llm(load_model("chat")[0])
    return fit(judge, preference_batches(pairs(count), 2000, seed), BradleyTerry(), steps, 1e-3, seed)


def teachers(judge_pairs: int, judge_steps: int, seed: int) -> dict[str, Callable[[], Reward]]:
    """By name, what makes a reward."""
    return {
        "young": lambda: LearnedReward(young_judge(judge_pairs, judge_steps, seed)),
        "shipped": lambda: LearnedReward(load_model("reward")[0]),
        "rule": rule,
    }


def measure(
    seed: int = 0,
    teacher: str = "young",
    kl_weight: float = 0.0,
    steps: int = 30,
    stops: int = 5,
    rate: float = 9e-4,
    judge_steps: int = 60,
    judge_pairs: int = 1200,
    prompts: int = 2000,
    asked: int = 150,
) -> Numbers:
    """At each stop what the teacher and the rule say of answers to held-out requests, and the KL, in nats per token."""
    rewards = {"judge": teachers(judge_pairs, judge_steps, seed)[teacher](), "rule": rule()}
    policy, reference = chat_models()
    batches = rollouts(policy, reference, rewards["judge"], prompts, GroupAdvantages(group_size=4), seed, **GROUPS)
    watch = Watch(policy, reference, rewards, asked)
    plan = {"weight_decay": 0.0, "evaluations": stops}
    fit(policy, batches, GroupRelativePolicy(kl_weight=kl_weight), steps, rate, seed, watch, **plan)
    return watch.curves()


STUDY = Study(
    measure=measure,
    arms={
        "young judge": {},
        "young judge, a nat costs 0.15": {"kl_weight": 0.15},
        "shipped judge": {"teacher": "shipped"},
        "the rule": {"teacher": "rule"},
    },
    loaders=(load_preferences,),
    models=("chat", "reward"),
    toy={"steps": 2, "stops": 1, "judge_steps": 1, "judge_pairs": 8, "prompts": 20, "asked": 5},
)
