"""Texts, pairs of texts and conversations as batches of tokens: functions from examples to a batch."""

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

    `source`, B S, is the input; `target`, B T, the true output shifted right (<bos> first); `labels`, B T, the true
    output that is to be predicted (<eos> last).
    """

    source: torch.Tensor
    target: torch.Tensor

    @property
    def num_tokens(self) -> int:
        """Useful tokens: those of the source and of the labels that are not padding."""
        return int((self.source != PAD).sum()) + self.num_labels


def translation_batch(pairs: Sequence[IdPair], random: torch.Generator | None = None) -> TranslationBatch:
    """A `TranslationBatch` of (source, target) pairs, each ending in <eos>."""
    sources, targets = zip(*pairs, strict=True)
    return TranslationBatch(source=pad(sources), target=pad([[BOS, *ids[:-1]] for ids in targets]), labels=pad(targets))


def translation_batches(pairs: Sequence[IdPair], tokens_per_batch: int, seed: int = 0) -> Batches:
    """The `Batches` of (source, target) pairs, each ending in <eos>; see `batches_by_length`."""
    lengths = [(len(target), len(source)) for source, target in pairs]
    return batches_by_length(pairs, lengths, translation_batch, tokens_per_batch, seed)


def predict_next(texts: Sequence[list[int]], random: torch.Generator | None = None) -> TokenBatch:
    """Causal language modeling: at each token of a text, say the next (Radford et al. 2018, section 3.1)."""
    return TokenBatch(tokens=pad([[BOS, *ids[:-1]] for ids in texts]), labels=pad(texts))


def text_batches(texts: Sequence[list[int]], exercise: Collate, tokens_per_batch: int, seed: int = 0) -> Batches:
    """The `Batches` of a corpus, texts that end in <eos>, made into exercises anew each epoch.

    `exercise` is `predict_next`, a `MaskTokens` or a `CorruptSpans`. See `batches_by_length`.
    """
    return batches_by_length(texts, [(len(ids),) for ids in texts], exercise, tokens_per_batch, seed)


def dialogue_batch(examples: Sequence[Example], random: torch.Generator | None = None) -> TokenBatch:
    """A `TokenBatch` of `Example`s; the labels are never at what is seen."""
    features = [torch.stack(example.pictures) for example in examples if example.pictures]
    counts = [len(example.pictures) for example in examples]
    return TokenBatch(
        tokens=pad([example.ids for example in examples]),
        labels=pad([example.labels for example in examples]),
        **(stack_pictures(features, counts) if features else {}),
    )


def stack_pictures(features: Sequence[Tensor], counts: Sequence[int]) -> dict[str, Tensor]:
    """`features`, B I P D, and `is_picture`, B I, of rows with so many pictures each, of which there are features."""
    is_picture = pad_sequence([torch.ones(count, dtype=torch.bool) for count in counts], batch_first=True)
    pictures = torch.cat(features)
    stacked = pictures.new_zeros(*is_picture.shape, *pictures.shape[1:])
    stacked[is_picture] = pictures
    return {"features": stacked, "is_picture": is_picture}


def dialogue_batches(examples: Sequence[Example], tokens_per_batch: int, seed: int = 0) -> Batches:
    """The `Batches` of `Example`s, one in a row; see `batches_by_length`. Placeholders of pictures count as tokens."""
    return batches_by_length(
        examples, [(len(example.ids),) for example in examples], dialogue_batch, tokens_per_batch, seed
    )
