"""Functions that collate texts, sentence pairs, and conversations into batches of token ids."""

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
    """A batch of sentence pairs for an encoder-decoder model, padded to the longest sentence.

    Args:
        source: the source sentences, B S.
        target: the decoder's input, B T: the target sentences shifted right, with <bos> at the start.
        labels: the target sentences, B T, with <eos> at the end.
    """

    source: torch.Tensor
    target: torch.Tensor

    @property
    def num_tokens(self) -> int:
        """The number of tokens in the sources and labels, not counting padding."""
        return int((self.source != PAD).sum()) + self.num_labels


def translation_batch(pairs: Sequence[IdPair], random: torch.Generator | None = None) -> TranslationBatch:
    """Collate (source, target) pairs into a `TranslationBatch`. Both sides must end with <eos>."""
    sources, targets = zip(*pairs, strict=True)
    return TranslationBatch(source=pad(sources), target=pad([[BOS, *ids[:-1]] for ids in targets]), labels=pad(targets))


def translation_batches(pairs: Sequence[IdPair], tokens_per_batch: int, seed: int = 0) -> Batches:
    """Group (source, target) pairs of similar lengths into `Batches`; see `batches_by_length`."""
    lengths = [(len(target), len(source)) for source, target in pairs]
    return batches_by_length(pairs, lengths, translation_batch, tokens_per_batch, seed)


def predict_next(texts: Sequence[list[int]], random: torch.Generator | None = None) -> TokenBatch:
    """Collate texts for causal language modeling: predict each next token (Radford et al. 2018, section 3.1)."""
    return TokenBatch(tokens=pad([[BOS, *ids[:-1]] for ids in texts]), labels=pad(texts))


def text_batches(texts: Sequence[list[int]], exercise: Collate, tokens_per_batch: int, seed: int = 0) -> Batches:
    """Group texts of similar lengths into `Batches` for a training task, such as predicting the next token.

    Random choices, such as which tokens to mask, are different in each epoch.

    Args:
        texts: lists of token ids that end with <eos>.
        exercise: the training task, which builds a batch from texts: `predict_next`, a `MaskTokens`, or a
            `CorruptSpans`.
        tokens_per_batch: see `batches_by_length`.
        seed: see `batches_by_length`.
    """
    return batches_by_length(texts, [(len(ids),) for ids in texts], exercise, tokens_per_batch, seed)


def dialogue_batch(examples: Sequence[Example], random: torch.Generator | None = None) -> TokenBatch:
    """Collate `Example`s into a `TokenBatch`, with the features of their pictures if there are any."""
    features = [torch.stack(example.pictures) for example in examples if example.pictures]
    counts = [len(example.pictures) for example in examples]
    return TokenBatch(
        tokens=pad([example.ids for example in examples]),
        labels=pad([example.labels for example in examples]),
        **(stack_pictures(features, counts) if features else {}),
    )


def stack_pictures(features: Sequence[Tensor], counts: Sequence[int]) -> dict[str, Tensor]:
    """Stack the picture features of a batch, padded to the same number per row, with a mask of the real pictures.

    Args:
        features: for each row with pictures, the features of its pictures.
        counts: the number of pictures in each row.
    """
    is_picture = pad_sequence([torch.ones(count, dtype=torch.bool) for count in counts], batch_first=True)
    pictures = torch.cat(features)
    stacked = pictures.new_zeros(*is_picture.shape, *pictures.shape[1:])
    stacked[is_picture] = pictures
    return {"features": stacked, "is_picture": is_picture}


def dialogue_batches(examples: Sequence[Example], tokens_per_batch: int, seed: int = 0) -> Batches:
    """Group `Example`s of similar lengths into `Batches`, one example per row; see `batches_by_length`.

    The placeholders of pictures count as tokens.
    """
    return batches_by_length(
        examples, [(len(example.ids),) for example in examples], dialogue_batch, tokens_per_batch, seed
    )
