"""The batches of reinforcement learning."""

from dataclasses import dataclass

from course_lib.data.rows import Batch
from course_lib.data.tokenizer import PAD
from course_lib.shapes import BT, IdsBT, PerRow


@dataclass(frozen=True)
class RolloutBatch(Batch):
    """Prompts with answers sampled from a policy.

    Args:
        tokens: prompts and answers.
        labels: the next tokens where the policy chose them (padding elsewhere).
        rewards: one reward per answer.
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
        """The number of answers."""
        return len(self.tokens)

    @property
    def num_tokens(self) -> int:
        """The number of tokens without padding."""
        return int((self.tokens != PAD).sum())
