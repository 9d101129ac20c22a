"""Functions that collate texts, sentence pairs, and conversations into batches of tokens."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from course_lib.data.batches import Batches, Collate, batches_by_length
from course_lib.data.chat import Example
from course_lib.data.rows import Batch, TokenBatch, pad
from course_lib.data.tokenizer import BOS, PAD

IdPair = tuple[list[int], list[int]]  # source and target


@dataclass(frozen=True)
class TranslationBatch(Batch):
    """Sentence pairs, padded to the longest.

    Args:
        source: the input, B S.
        target: the true output shifted right, B T, with <bos> first.
        labels: the true output, B T, with <eos> last.
    """

    source: torch.Tensor
    target: torch.Tensor

    @property
    def num_tokens(self) -> int:
        """The number of useful tokens: source tokens and labels without padding."""
        return int((self.source != PAD).sum()) + self.num_labels


def translation_batch(pairs: Sequence[IdPair], random: torch.Generator | None = None) -> TranslationBatch:
    """Return a `TranslationBatch` of (source, target) pairs, each ending in <eos>."""
    sources, targets = zip(*pairs, strict=True)
    return TranslationBatch(source=pad(sources), target=pad([[BOS, *ids[:-1]] for ids in targets]), labels=pad(targets))


def translation_batches(pairs: Sequence[IdPair], tokens_per_batch: int, seed: int = 0) -> Batches:
    """Return the `Batches` of (source, target) pairs, each ending in <eos>; see `batches_by_length`."""
    lengths = [(len(target), len(source)) for source, target in pairs]
    return batches_by_length(pairs, lengths, translation_batch, tokens_per_batch, seed)


def predict_next(texts: Sequence[list[int]], random: torch.Generator | None = None) -> TokenBatch:
    """Return a batch for causal language modeling: predict the next token (Radford et al. 2018, section 3.1)."""
    return TokenBatch(tokens=pad([[BOS, *ids[:-1]] for ids in texts]), labels=pad(texts))


def text_batches(texts: Sequence[list[int]], exercise: Collate, tokens_per_batch: int, seed: int = 0) -> Batches:
    """Return the `Batches` of a corpus for a training task.

    Random choices, such as the masked tokens, are made anew in each epoch.

    Args:
        texts: lists of token ids that end in <eos>.
        exercise: the training task: `predict_next`, a `MaskTokens`, or a `CorruptSpans`.
        tokens_per_batch: see `batches_by_length`.
        seed: see `batches_by_length`.
    """
    return batches_by_length(texts, [(len(ids),) for ids in texts], exercise, tokens_per_batch, seed)


def dialogue_batch(examples: Sequence[Example], random: torch.Generator | None = None) -> TokenBatch:
    """Return a `TokenBatch` of `Example`s. Placeholders of pictures are never labels."""
    features = [torch.stack(example.pictures) for example in examples if example.pictures]
    counts = [len(example.pictures) for example in examples]
    return TokenBatch(
        tokens=pad([example.ids for example in examples]),
        labels=pad([example.labels for example in examples]),
        **(stack_pictures(features, counts) if features else {}),
    )


def stack_pictures(features: Sequence[Tensor], counts: Sequence[int]) -> dict[str, Tensor]:
    """Return the features of all pictures of a batch, padded to the same number per row, and a mask of the real ones.

    Args:
        features: the features of the pictures of each row that has any.
        counts: the number of pictures in each row.
    """
    is_picture = pad_sequence([torch.ones(count, dtype=torch.bool) for count in counts], batch_first=True)
    pictures = torch.cat(features)
    stacked = pictures.new_zeros(*is_picture.shape, *pictures.shape[1:])
    stacked[is_picture] = pictures
    return {"features": stacked, "is_picture": is_picture}


def dialogue_batches(examples: Sequence[Example], tokens_per_batch: int, seed: int = 0) -> Batches:
    """Return the `Batches` of `Example`s, one per row; see `batches_by_length`.

    Placeholders of pictures count as tokens.
    """
    return batches_by_length(
        examples, [(len(example.ids),) for example in examples], dialogue_batch, tokens_per_batch, seed
    )
