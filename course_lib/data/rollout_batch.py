"""Batches of sampled answers for reinforcement learning."""

from dataclasses import dataclass

from course_lib.data.rows import Batch
from course_lib.data.tokenizer import PAD
from course_lib.shapes import BT, IdsBT, PerRow


@dataclass(frozen=True)
class RolloutBatch(Batch):
    """A batch of prompts with answers that were sampled from a policy.

    Args:
        tokens: the prompts, each followed by its answer.
        labels: at each position, the next token if the policy generated it (padding elsewhere).
        rewards: the reward of each answer.
        old_log_p: log p of the labels under the policy that sampled them.
        reference_log_p: log p of the labels under the reference model.
        advantages: the advantage of each label.
        returns: the return after each label.
    """

    tokens: IdsBT
    rewards: PerRow
    old_log_p: BT
    reference_log_p: BT
    advantages: BT
    returns: BT

    @property
    def num_labels(self) -> int:
        """The number of sampled answers in the batch."""
        return len(self.tokens)

    @property
    def num_tokens(self) -> int:
        """The number of tokens in the batch, not counting padding."""
        return int((self.tokens != PAD).sum())
