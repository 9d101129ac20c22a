"""In a batch of reinforcement learning, answers are counted, not their tokens."""

import torch

from course_lib.data import PAD
from course_lib.data.rollout_batch import RolloutBatch

TOKENS = torch.tensor([[1, 7, 9, 4], [1, 8, 2, PAD], [1, 2, PAD, PAD]])
BATCH = RolloutBatch(
    tokens=TOKENS,
    labels=TOKENS.roll(-1, 1),
    rewards=torch.tensor([0.3, 0.5, 0.7]),
    **{name: torch.rand(3, 4) for name in ("old_log_p", "reference_log_p", "advantages", "returns")},
)


def test_each_answer_counts_as_one_label_and_padding_as_no_token():
    assert (BATCH.num_labels, BATCH.num_tokens) == (3, 9)


def test_a_shard_has_its_rows_of_each_tensor():
    shard = BATCH.shard(1, 2)
    assert (shard.num_labels, shard.num_tokens) == (1, 3)
    assert shard.rewards.tolist() == [0.5]
    assert torch.equal(shard.advantages, BATCH.advantages[1:2])
