"""Sentence pairs as batches: similar lengths together, a budget of tokens for each, hardly any padding."""

from dataclasses import dataclass

import torch
from torch.nn.utils.rnn import pad_sequence

from course_lib.data.tokenizer import BOS, PAD
from course_lib.errors import CourseError


@dataclass(frozen=True)
class TranslationBatch:
    """Token ids of sentence pairs, padded to the longest.

    `source`, B S, is the input; `target`, B T, the true output shifted right (<bos> first); `labels`, B T, the true
    output that is to be predicted (<eos> last).
    """

    source: torch.Tensor
    target: torch.Tensor
    labels: torch.Tensor

    @property
    def is_label(self):
        """True at the real tokens of `labels`, B T."""
        return self.labels != PAD

    @property
    def num_labels(self):
        """How many tokens are to be predicted."""
        return int(self.is_label.sum())

    @property
    def num_tokens(self):
        """Useful tokens: those of the source and of the labels that are not padding."""
        return int((self.source != PAD).sum()) + self.num_labels

    def shard(self, index, count):
        """Every `count`-th pair, from pair `index` on: the part of one of `count` workers, possibly empty."""
        return TranslationBatch(*(ids[index::count] for ids in (self.source, self.target, self.labels)))

    def to(self, device):
        """The same batch on `device`."""
        return TranslationBatch(*(ids.to(device) for ids in (self.source, self.target, self.labels)))


def collate(pairs):
    """A `TranslationBatch` of (source ids, target ids) pairs, each ending in <eos>."""
    sources, targets = zip(*pairs, strict=True)
    return TranslationBatch(
        source=pad([torch.tensor(ids) for ids in sources]),
        target=pad([torch.tensor([BOS, *ids[:-1]]) for ids in targets]),
        labels=pad([torch.tensor(ids) for ids in targets]),
    )


def pad(sequences):
    """Stack id tensors of different lengths, with <pad> behind the short ones: B T."""
    return pad_sequence(sequences, batch_first=True, padding_value=PAD)


class TranslationBatches:
    """The batches of a training set, in a new random order each epoch, the same for the same seed everywhere.

    Args:
        pairs: (source ids, target ids) for each sentence pair, each ending in <eos>.
        tokens_per_batch: the most tokens in a batch, padding included, source and target together.
        seed: of the order.

    Raises:
        CourseError: no pairs, or a pair that alone exceeds `tokens_per_batch`.
    """

    def __init__(self, pairs, tokens_per_batch, seed=0):
        self.pairs, self.tokens_per_batch, self.seed = pairs, tokens_per_batch, seed
        longest = max((len(source) + len(target) for source, target in pairs), default=0)
        if not pairs or longest > tokens_per_batch:
            raise CourseError(
                f"{tokens_per_batch} tokens per batch must hold at least one pair; there are {len(pairs)} pairs, "
                f"the longest of {longest} tokens"
            )

    def epoch(self, number):
        """The batches of epoch `number`, a list of lists of indices into `pairs`."""
        random = torch.Generator().manual_seed(self.seed * 1_000_003 + number)
        shuffled = torch.randperm(len(self.pairs), generator=random).tolist()
        batches = self._cut(sorted(shuffled, key=lambda i: (len(self.pairs[i][1]), len(self.pairs[i][0]))))
        return [batches[i] for i in torch.randperm(len(batches), generator=random)]

    def batch(self, indices):
        """The `TranslationBatch` of the pairs `indices`."""
        return collate([self.pairs[i] for i in indices])

    def _cut(self, indices):
        """Cut sorted indices into runs that fit the token budget when padded."""
        batches, longest_source, longest_target = [[]], 0, 0
        for i in indices:
            source, target = self.pairs[i]
            longest_source, longest_target = max(longest_source, len(source)), max(longest_target, len(target))
            if (len(batches[-1]) + 1) * (longest_source + longest_target) > self.tokens_per_batch:
                batches.append([])
                longest_source, longest_target = len(source), len(target)
            batches[-1].append(i)
        return batches
