"""What the studies of rewards share: the requests of lessons 13 and 14, the rule, and what is measured of a policy."""

from collections.abc import Callable, Sequence
from functools import cache

from course_lib.data import ChatTemplate, Preference, Tokenizer, load_preferences
from course_lib.evaluation import reward_and_kl
from course_lib.generation import TextReward
from course_lib.models import Llm, load_model
from course_lib.studies.study import Numbers
from course_lib.world.dialogues import true_reward

ROOM, COOL = 24, 0.5  # the most tokens of an answer, and the temperature at which readers get it
CRITERIA = "correct", "polite", "complete", "formatted"
Texts = Sequence[Sequence[int]]
Reward = Callable[[Texts, Texts], list[float]]


@cache
def tokenizer() -> Tokenizer:
    """That of all models of the world's texts."""
    return load_model("chat")[1]


def chat_models() -> tuple[Llm, Llm]:
    """Two copies of the chat model: one that will learn, and the reference."""
    return load_model("chat")[0], load_model("chat")[0].eval()


@cache
def requests(split: str, count: int) -> list[list[int]]:
    """The ids of each request, once, of the first `count` pairs."""
    template, rows = ChatTemplate(tokenizer()), load_preferences("world", split)
    chosen = rows.select(range(min(count, len(rows))))["chosen"]
    return [list(ids) for ids in dict.fromkeys(tuple(template.prompt(messages[:-1])) for messages in chosen)]


@cache
def pairs(count: int) -> list[Preference]:
    """The first `count` training pairs, as examples."""
    template = ChatTemplate(tokenizer())
    rows = load_preferences("world", "train").select(range(count))
    return [Preference(*(template.training(row[side]) for side in ("chosen", "rejected"))) for row in rows]


def by_rule(criterion: str = "reward") -> TextReward:
    """The true reward, or whether one of the `CRITERIA` is met."""
    return TextReward(tokenizer().decode, lambda prompt, answer: float(getattr(true_reward(prompt, answer), criterion)))


def looked_at(policy: Llm, reference: Llm, prompts: Texts, rewards: dict[str, Reward]) -> Numbers:
    """The mean of each reward for one answer to each prompt, and the KL from the reference in nats per token."""
    means = {}

    def all_rewards(prompts, answers):
        means.update({name: sum(reward(prompts, answers)) / len(answers) for name, reward in rewards.items()})
        return [0.0]

    end = ChatTemplate(tokenizer()).end_id
    return {"kl": reward_and_kl(policy, reference, prompts, all_rewards, end, ROOM, COOL)["kl"], **means}


def as_curves(stops: Sequence[Numbers]) -> Numbers:
    """What was measured at each stop, as one curve for each number."""
    return {name: [stop[name] for stop in stops] for name in stops[0]}
