"""The batches of reinforcement learning."""

from dataclasses import dataclass

from course_lib.data.rows import Batch
from course_lib.data.tokenizer import PAD
from course_lib.shapes import BT, IdsBT, PerRow


@dataclass(frozen=True)
class RolloutBatch(Batch):
    """Prompts with the answers that a policy gave.

    `tokens` are prompt and answer; `labels` are the next tokens where the policy chose them (padding elsewhere).
    `old_log_p` and `reference_log_p` are log p of the labels when they were sampled, and under the reference;
    `advantages` and `returns` say how good a choice was; `rewards` are those of whole answers.
    """

    tokens: IdsBT
    rewards: PerRow
    old_log_p: BT
    reference_log_p: BT
    advantages: BT
    returns: BT

    @property
    def num_labels(self) -> int:
        """Number of answers."""
        return len(self.tokens)

    @property
    def num_tokens(self) -> int:
        """Number of tokens that are not padding."""
        return int((self.tokens != PAD).sum())
