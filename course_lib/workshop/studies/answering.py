"""What the studies of rewards share: the requests of the lessons, the rule, and what is measured of a policy."""

from collections.abc import Callable, Sequence
from functools import cache

from torch import nn

from course_lib.data import (
    ChatTemplate,
    Preference,
    distinct_prompts,
    load_preferences,
    preference_examples,
)
from course_lib.evaluation import reward_and_kl
from course_lib.generation import Rollouts, by_rule
from course_lib.models import Llm, load_model
from course_lib.workshop.studies.harness import mean
from course_lib.workshop.studies.study import Numbers

ROOM, LOW_TEMPERATURE = 24, 0.5  # the most tokens of an answer, and the temperature at which readers get it
GROUPS = {"prompts_per_batch": 16, "group_size": 4, "updates_per_batch": 2}  # four answers to each request
Texts = Sequence[Sequence[int]]
Reward = Callable[[Texts, Texts], list[float]]


@cache
def template() -> ChatTemplate:
    """That of all models of the world's texts."""
    return ChatTemplate(load_model("chat")[1])


def rule(criterion: str = "reward") -> Reward:
    """See `by_rule`."""
    return by_rule(template().decode, criterion)


def chat_models() -> tuple[Llm, Llm]:
    """Two copies of the chat model: one that will learn, and the reference."""
    return load_model("chat")[0], load_model("chat")[0].eval()


@cache
def requests(split: str, count: int) -> list[list[int]]:
    """The ids of each request, once, of the first `count` pairs."""
    rows = load_preferences("world", split)
    return distinct_prompts(rows.select(range(min(count, len(rows)))), template())


@cache
def pairs(count: int) -> list[Preference]:
    """The first `count` training pairs, as examples."""
    return preference_examples(load_preferences("world", "train").select(range(count)), template())


def rollouts(
    policy: Llm, reference: Llm, reward: Reward, prompts: int, advantages: object, seed: int, **sizes: int
) -> Rollouts:
    """Answers of the policy to the requests of the first `prompts` pairs; `sizes` are those of the `Rollouts`."""
    fixed = {"end_id": template().end_id, "max_new_tokens": ROOM, "seed": seed}
    return Rollouts(requests("train", prompts), policy, reference, reward, advantages, **fixed, **sizes)


class Watch:
    """Measures a policy each time that the training evaluates: one answer to each request of `asked` held-out pairs.

    `seen` has, each time, the mean of each reward, and the KL from the reference in nats per token.
    """

    def __init__(self, policy: Llm, reference: Llm, rewards: dict[str, Reward], asked: int):
        self.policy, self.reference, self.rewards = policy, reference, rewards
        self.prompts, self.seen = requests("validation", asked), []

    def __call__(self, model: nn.Module) -> dict[str, float]:
        means = {}

        def all_rewards(prompts, answers):
            means.update({name: mean(reward(prompts, answers)) for name, reward in self.rewards.items()})
            return [0.0]

        texts = self.prompts, all_rewards, template().end_id
        kl = reward_and_kl(self.policy, self.reference, *texts, ROOM, LOW_TEMPERATURE)["kl"]
        self.seen.append({"kl": kl, **means})
        return {}

    def curves(self) -> Numbers:
        """What was measured, as one curve for each number."""
        return {name: [stop[name] for stop in self.seen] for name in self.seen[0]}
