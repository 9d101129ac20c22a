"""Learning by doing: the policy answers prompts, each answer gets a reward, and that is the next training batch."""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

import torch

from course_lib.data.batches import Drawn, epoch_generator
from course_lib.data.chat import Example
from course_lib.data.collate import dialogue_batch
from course_lib.data.rollout_batch import RolloutBatch
from course_lib.data.tokenizer import PAD
from course_lib.errors import CourseError
from course_lib.generation.completion import complete
from course_lib.generation.rewards import Reward, Texts
from course_lib.generation.sampling import Sampler
from course_lib.models.base import Model
from course_lib.objectives.policy import token_log_probabilities
from course_lib.shapes import BT, IdsBT, PerRow


class Rollouts:
    """The batches of reinforcement learning; each is drawn when it is asked for, from the policy as it then is.

    Args:
        prompts: lists of token ids.
        policy: an `Llm`, the one that is being trained.
        reference: an `Llm` that stays as it is; it follows the policy to its device.
        reward: a function from prompts and answers, two lists of lists of ids, to a list of numbers. Answers end in
            `end_id`, unless they were cut.
        advantages: a function from a `RolloutBatch` to `advantages` and `returns`, such as a `GroupAdvantages`.
        end_id: the token that ends an answer; the policy chooses it like any other.
        max_new_tokens: an answer that hasn't ended by then is cut.
        prompts_per_batch: how many prompts a batch has at most.
        group_size: how many answers are drawn for each prompt; they follow each other in the batch.
        updates_per_batch: how often a batch is learned from before the next is drawn.
        seed: of the order of the prompts and of the answers.

    Raises:
        CourseError: no prompts, or one that leaves too little room for an answer; later: a reward that isn't a number.
    """

    def __init__(
        self,
        prompts: Texts,
        policy: Model,
        reference: Model,
        reward: Reward,
        advantages: Callable[[RolloutBatch], tuple[BT, BT]],
        *,
        end_id: int,
        max_new_tokens: int = 32,
        prompts_per_batch: int = 16,
        group_size: int = 1,
        updates_per_batch: int = 1,
        seed: int = 0,
    ):
        longest, context = max(map(len, prompts), default=0), policy.config.max_length
        if not 0 < longest <= context - max_new_tokens:
            raise CourseError(
                f"prompts need 1 to {context - max_new_tokens} tokens: the context has {context}, {max_new_tokens} are "
                f"for the answer; there are {len(prompts)} prompts, the longest of {longest} tokens"
            )
        self.prompts, self.policy, self.reference = prompts, policy, reference
        self.reward, self.advantages = reward, advantages
        self.end_id, self.max_new_tokens = end_id, max_new_tokens
        self.prompts_per_batch, self.group_size = prompts_per_batch, group_size
        self.updates_per_batch, self.seed = updates_per_batch, seed
        self.item = self.drawn = None

    def epoch(self, number: int) -> list[Drawn]:
        """The batches of epoch `number`: indices into `prompts`, with a seed for the answers; reused ones repeated."""
        random = epoch_generator(self.seed, number)
        count = math.ceil(len(self.prompts) / self.prompts_per_batch)
        parts = torch.randperm(len(self.prompts), generator=random).tensor_split(count)  # none much smaller than others
        seeds = torch.randint(2**62, (count,), generator=random).tolist()
        items = [(indices.tolist(), seed) for indices, seed in zip(parts, seeds, strict=True)]
        return [item for item in items for _ in range(self.updates_per_batch)]

    def batch(self, item: Drawn) -> RolloutBatch:
        """The `RolloutBatch` of an item of `epoch`."""
        if item != self.item:
            indices, seed = item
            prompts = [self.prompts[i] for i in indices for _ in range(self.group_size)]
            self.item, self.drawn = item, self.draw(prompts, seed)
        return self.drawn

    @torch.no_grad()
    def draw(self, prompts: Texts, seed: int) -> RolloutBatch:
        """Answers of the policy to `prompts`, judged: a `RolloutBatch`."""
        self.policy.eval()  # no dropout: a token is as likely when it is learned as it was when it was drawn
        answers = sample_answers(prompts, self.policy, self.end_id, self.max_new_tokens, seed=seed)
        rewards = checked_rewards(self.reward(prompts, answers), len(prompts))
        device = next(self.policy.parameters()).device
        tokens, labels = (ids.to(device) for ids in join(prompts, answers))
        batch = RolloutBatch(
            tokens=tokens,
            labels=labels,
            rewards=rewards.to(device),
            old_log_p=label_log_probabilities(self.policy, tokens, labels),
            reference_log_p=label_log_probabilities(self.reference.to(device), tokens, labels),
            advantages=torch.zeros(tokens.shape, device=device),
            returns=torch.zeros(tokens.shape, device=device),
        )
        advantages, returns = self.advantages(batch)
        return replace(batch, advantages=advantages, returns=returns)


def sample_answers(
    prompts: Texts, policy: Model, end_id: int, max_new_tokens: int, temperature: float = 1.0, seed: int = 0
) -> list[list[int]]:
    """Answers of the policy, each ending in `end_id` unless it was cut: lists of ids.

    At temperature 1 they come from its own distribution.
    """
    sampler = Sampler(temperature=temperature, seed=seed)

    def choose(logits):
        logits[:, PAD] = -torch.inf  # no text has it, so no policy says it, unless it was never trained
        return sampler(logits)

    answers = complete(prompts, policy, end_id, choose, max_new_tokens)
    return [ids if len(ids) == max_new_tokens else [*ids, end_id] for ids in answers]


def join(prompts: Texts, answers: Texts) -> tuple[IdsBT, IdsBT]:
    """Tokens of prompts and answers, and the labels: the next token at each place where the policy chose it."""
    pairs = zip(prompts, answers, strict=True)
    batch = dialogue_batch([Example([*p, *a], [False] * len(p) + [True] * len(a)) for p, a in pairs])
    return batch.tokens, batch.labels


def label_log_probabilities(model: Model, tokens: IdsBT, labels: IdsBT) -> BT:
    """log p of each label; zeros where there is none."""
    keep = labels != PAD
    log_p = torch.zeros(tokens.shape, device=tokens.device)
    log_p[keep] = token_log_probabilities(model(tokens, keep=keep), labels[keep])
    return log_p


def checked_rewards(rewards: Sequence[object], count: int) -> PerRow:
    """Rewards as a tensor. Raises CourseError where one is missing, or no finite number; it names the row."""
    if len(rewards) != count:
        raise CourseError(f"{count} answers need as many rewards, got {len(rewards)}")
    for row, reward in enumerate(rewards):
        if not isinstance(reward, (int, float)) or not math.isfinite(reward):
            raise CourseError(f"the reward of answer {row} is {reward}, expected a finite number")
    return torch.tensor([float(reward) for reward in rewards])
