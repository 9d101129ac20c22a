"""Rollouts for reinforcement learning: the policy answers prompts, and the answers become the next training batch."""

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
    """A source of training batches for reinforcement learning, which samples answers from the current policy.

    Args:
        prompts: lists of token ids.
        policy: the `Llm` that is being trained.
        reference: an `Llm` that does not change. It is moved to the policy's device.
        reward: a function that takes a list of prompts and a list of answers and returns one number per answer. Answers
            end with `end_id` unless they were cut at `max_new_tokens`.
        advantages: a function that computes `advantages` and `returns` from a `RolloutBatch`, such as a
            `GroupAdvantages`.
        end_id: the id of the token that ends an answer. The policy is trained to generate this token too.
        max_new_tokens: the maximum length of an answer.
        prompts_per_batch: the maximum number of prompts per batch.
        group_size: the number of answers per prompt. They are next to each other in the batch.
        updates_per_batch: how often each batch is used for an update.
        seed: the seed for the order of the prompts and for the answers.

    Raises:
        CourseError: there are no prompts, or a prompt leaves too little room for an answer. Later, `batch` raises this
            error if a reward is not a finite number.
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
                f"prompts must have from 1 to {context - max_new_tokens} tokens, because the context has {context} and "
                f"an answer may need {max_new_tokens}, got {len(prompts)} prompts with up to {longest} tokens"
            )
        self.prompts, self.policy, self.reference = prompts, policy, reference
        self.reward, self.advantages = reward, advantages
        self.end_id, self.max_new_tokens = end_id, max_new_tokens
        self.prompts_per_batch, self.group_size = prompts_per_batch, group_size
        self.updates_per_batch, self.seed = updates_per_batch, seed
        self.item = self.drawn = None

    def epoch(self, number: int) -> list[Drawn]:
        """Return an entry for each batch of epoch `number`: the indices of its prompts, and a seed for sampling.

        If a batch is used for several updates, its entry is repeated.
        """
        random = epoch_generator(self.seed, number)
        count = math.ceil(len(self.prompts) / self.prompts_per_batch)
        parts = torch.randperm(len(self.prompts), generator=random).tensor_split(count)  # parts of almost equal size
        seeds = torch.randint(2**62, (count,), generator=random).tolist()
        items = [(indices.tolist(), seed) for indices, seed in zip(parts, seeds, strict=True)]
        return [item for item in items for _ in range(self.updates_per_batch)]

    def batch(self, item: Drawn) -> RolloutBatch:
        """Return the batch for an entry of `epoch`, or the previous batch again if the entry is repeated."""
        if item != self.item:
            indices, seed = item
            prompts = [self.prompts[i] for i in indices for _ in range(self.group_size)]
            self.item, self.drawn = item, self.draw(prompts, seed)
        return self.drawn

    @torch.no_grad()
    def draw(self, prompts: Texts, seed: int) -> RolloutBatch:
        """Sample an answer to each prompt, compute the rewards and advantages, and return everything as one batch."""
        self.policy.eval()  # without dropout, so that the probabilities are the same in sampling and training
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
    """Sample an answer to each prompt from the policy.

    Args:
        prompts: lists of token ids.
        policy: the model to sample from.
        end_id: the id of the token that ends an answer.
        max_new_tokens: the maximum length of an answer, including the end token.
        temperature: the number that the logits are divided by. At 1, the answers follow the policy's own distribution.
        seed: the seed of the random number generator.

    Returns:
        The token ids of each answer. They end with `end_id` unless the answer was cut at `max_new_tokens`.
    """
    sampler = Sampler(temperature=temperature, seed=seed)

    def choose(logits):
        logits[:, PAD] = -torch.inf  # never choose the padding token, which an untrained policy could generate
        return sampler(logits)

    answers = complete(prompts, policy, end_id, choose, max_new_tokens)
    return [ids if len(ids) == max_new_tokens else [*ids, end_id] for ids in answers]


def join(prompts: Texts, answers: Texts) -> tuple[IdsBT, IdsBT]:
    """Join prompts and answers into one batch.

    Returns:
        The token ids of each prompt with its answer, and the labels: the next token at each position where the policy
        chose it, and `PAD` at all other positions.
    """
    pairs = zip(prompts, answers, strict=True)
    batch = dialogue_batch([Example([*p, *a], [False] * len(p) + [True] * len(a)) for p, a in pairs])
    return batch.tokens, batch.labels


def label_log_probabilities(model: Model, tokens: IdsBT, labels: IdsBT) -> BT:
    """Compute the log-probability of each label. Positions without a label get 0."""
    keep = labels != PAD
    log_p = torch.zeros(tokens.shape, device=tokens.device)
    log_p[keep] = token_log_probabilities(model(tokens, keep=keep), labels[keep])
    return log_p


def checked_rewards(rewards: Sequence[object], count: int) -> PerRow:
    """Check the output of a reward function, and convert it to a tensor.

    Raises:
        CourseError: the number of rewards differs from `count`, the number of answers, or a reward is not a finite
            number.
    """
    if len(rewards) != count:
        raise CourseError(f"the reward function must return {count} rewards, one per answer, got {len(rewards)}")
    for row, reward in enumerate(rewards):
        if not isinstance(reward, (int, float)) or not math.isfinite(reward):
            raise CourseError(f"the reward of answer {row} must be a finite number, got {reward}")
    return torch.tensor([float(reward) for reward in rewards])
