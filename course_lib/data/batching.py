"""Token sequences as batches: similar lengths together, a budget of tokens for each, hardly any padding."""

from dataclasses import dataclass, fields

import torch
from torch.nn.utils.rnn import pad_sequence

from course_lib.data.tokenizer import BOS, PAD
from course_lib.errors import CourseError


@dataclass(frozen=True)
class Rows:
    """Tensors with B rows each."""

    def shard(self, index, count):
        """Every `count`-th row, from row `index` on: the part of one of `count` workers, possibly empty."""
        return type(self)(**{name: rows[index::count] for name, rows in self._tensors().items()})

    def to(self, device):
        """The same batch on `device`."""
        return type(self)(**{name: rows.to(device) for name, rows in self._tensors().items()})

    def _tensors(self):
        return {field.name: getattr(self, field.name) for field in fields(self)}


@dataclass(frozen=True)
class Batch(Rows):
    """Tensors of token ids; `labels`, B T, is what is to be predicted (padding: nothing)."""

    labels: torch.Tensor

    @property
    def is_label(self):
        """True at the real tokens of `labels`, B T."""
        return self.labels != PAD

    @property
    def num_labels(self):
        """How many tokens are to be predicted."""
        return int(self.is_label.sum())


@dataclass(frozen=True)
class TranslationBatch(Batch):
    """Sentence pairs, padded to the longest.

    `source`, B S, is the input; `target`, B T, the true output shifted right (<bos> first); `labels`, B T, the true
    output that is to be predicted (<eos> last).
    """

    source: torch.Tensor
    target: torch.Tensor

    @property
    def num_tokens(self):
        """Useful tokens: those of the source and of the labels that are not padding."""
        return int((self.source != PAD).sum()) + self.num_labels


def collate(pairs):
    """A `TranslationBatch` of (source ids, target ids) pairs, each ending in <eos>."""
    sources, targets = zip(*pairs, strict=True)
    return TranslationBatch(source=pad(sources), target=pad([[BOS, *ids[:-1]] for ids in targets]), labels=pad(targets))


def pad(sequences):
    """Stack lists of ids of different lengths, with <pad> behind the short ones: B T."""
    return pad_sequence([torch.tensor(ids) for ids in sequences], batch_first=True, padding_value=PAD)


def pad_left(sequences):
    """Stack lists of ids with <pad> before the short ones, so that all end together: tokens and positions, B T each.

    The positions of a sequence start at 0; those of padding are -1.
    """
    longest = max(map(len, sequences))
    tokens = torch.tensor([[PAD] * (longest - len(ids)) + list(ids) for ids in sequences])
    first = torch.tensor([longest - len(ids) for ids in sequences])
    return tokens, (torch.arange(longest) - first.unsqueeze(1)).clamp(min=-1)


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
        self.lengths = [(len(target), len(source)) for source, target in pairs]
        check_budget(self.lengths, tokens_per_batch)

    def epoch(self, number):
        """The batches of epoch `number`, a list of lists of indices into `pairs`."""
        return bucket(self.lengths, self.tokens_per_batch, epoch_generator(self.seed, number))

    def batch(self, indices):
        """The `TranslationBatch` of the pairs `indices`."""
        return collate([self.pairs[i] for i in indices])


def check_budget(lengths, tokens_per_batch):
    """Raise a CourseError where there is nothing to batch, or something that fits into no batch."""
    longest = max(map(sum, lengths), default=0)
    if not lengths or longest > tokens_per_batch:
        raise CourseError(
            f"{tokens_per_batch} tokens per batch must hold at least one item of the data; "
            f"there are {len(lengths)}, the longest of {longest} tokens"
        )


def epoch_generator(seed, number):
    """The random numbers of one epoch."""
    return torch.Generator().manual_seed(seed * 1_000_003 + number)


def bucket(lengths, tokens_per_batch, random):
    """Sort items by length, cut them into batches that fit the budget when padded, and shuffle the batches.

    Args:
        lengths: for each item the lengths of its sequences, such as (target, source).
        tokens_per_batch: the budget.
        random: a `torch.Generator`.

    Returns:
        A list of lists of indices.
    """
    batches, longest = [[]], (0,) * len(lengths[0])
    shuffled = torch.randperm(len(lengths), generator=random).tolist()
    for i in sorted(shuffled, key=lengths.__getitem__):
        longest = tuple(map(max, longest, lengths[i]))
        if (len(batches[-1]) + 1) * sum(longest) > tokens_per_batch:
            batches.append([])
            longest = lengths[i]
        batches[-1].append(i)
    return [batches[i] for i in torch.randperm(len(batches), generator=random)]
