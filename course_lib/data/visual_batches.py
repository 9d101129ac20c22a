"""Conversations about pictures as batches: what is said, and what a vision tower made of the pictures."""

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch.nn.utils.rnn import pad_sequence

from course_lib.data.batching import Batch, bucket, check_budget, epoch_generator, pad
from course_lib.data.pairs import completion_labels
from course_lib.data.tokenizer import PAD
from course_lib.data.visual_chat import visual_conversation
from course_lib.errors import CourseError


class VisualExample(NamedTuple):
    """A conversation as `ChatTemplate.training` gives it, and the numbers of its pictures in their order."""

    ids: list
    is_completion: list
    pictures: list


@dataclass(frozen=True)
class VisualBatch(Batch):
    """B conversations about pictures.

    `tokens`, B T, have a placeholder for each visual token; `labels` are the next tokens where these are the
    assistant's to say, else <pad>: never at what it sees. `features`, B I P D, are what the tower makes of the up to I
    pictures of each conversation; `is_picture`, B I, says which are there.
    """

    tokens: torch.Tensor
    features: torch.Tensor
    is_picture: torch.Tensor

    @property
    def inputs(self):
        """What a `Vlm` is called with."""
        return {"tokens": self.tokens, "features": self.features[self.is_picture]}

    @property
    def num_tokens(self):
        """Useful tokens: those that are not padding."""
        return int((self.tokens != PAD).sum())


class VisualBatches:
    """The batches of a set of conversations, in a new random order each epoch, the same for the same seed everywhere.

    Args:
        examples: `VisualExample`s.
        features: of all pictures that they are about, N P D, as `Vlm.look` gives them.
        tokens_per_batch: the most tokens in a batch, padding and placeholders included.
        seed: of the order.

    Raises:
        CourseError: no examples, or one that alone exceeds `tokens_per_batch`, or is about a picture that isn't there.
    """

    def __init__(self, examples, features, tokens_per_batch, seed=0):
        self.examples, self.features = examples, features
        self.tokens_per_batch, self.seed = tokens_per_batch, seed
        self.lengths = [(len(example.ids),) for example in examples]
        check_budget(self.lengths, tokens_per_batch)
        check_pictures(examples, len(features))

    def epoch(self, number):
        """The batches of epoch `number`, a list of lists of indices into `examples`."""
        return bucket(self.lengths, self.tokens_per_batch, epoch_generator(self.seed, number))

    def batch(self, indices):
        """The `VisualBatch` of the conversations `indices`."""
        examples = [self.examples[i] for i in indices]
        features, is_picture = stack_features([example.pictures for example in examples], self.features)
        return VisualBatch(
            tokens=pad([example.ids for example in examples]),
            labels=pad([completion_labels(example.ids, example.is_completion) for example in examples]),
            features=features,
            is_picture=is_picture,
        )


def stack_features(pictures, features):
    """The features of each row's pictures, B I P D, and which of the I are there, B I.

    Args:
        pictures: for each row the numbers of its pictures.
        features: of all pictures, N P D.
    """
    is_picture = pad_sequence([torch.ones(len(numbers), dtype=torch.bool) for numbers in pictures], batch_first=True)
    stacked = features.new_zeros(*is_picture.shape, *features.shape[1:])
    stacked[is_picture] = features[[number for numbers in pictures for number in numbers]]
    return stacked, is_picture


def check_pictures(examples, count):
    """Raise a CourseError for an example about a picture that is none of so many."""
    for row, example in enumerate(examples):
        for number in example.pictures:
            if not 0 <= number < count:
                raise CourseError(f"example {row} is about picture {number}; there are the pictures 0 to {count - 1}")


def visual_examples(rows, template, max_length):
    """The rows of `load_visual_dialogues` as `VisualExample`s, whose pictures are numbered through all rows.

    A dialogue that does not fit becomes several, all about the same pictures.

    Raises:
        CourseError: a question with its pictures leaves no room for the answer.
    """
    examples, first = [], 0
    for texts, count in zip(rows["texts"], map(len, rows["images"]), strict=True):
        numbers = list(range(first, first := first + count))
        for part in parts_that_fit(texts, count, template, max_length):
            ids, is_completion = template.training(visual_conversation({"images": numbers, "texts": part}), max_length)
            examples.append(VisualExample(ids, is_completion, numbers))
    return examples


def parts_that_fit(texts, num_pictures, template, max_length):
    """Cut the texts of a dialogue into as few parts as fit, each with its pictures, into `max_length` tokens."""
    parts, room = [], 0
    for text in texts:
        alone = len(template.training(visual_conversation({"images": [], "texts": [text]}))[0]) - 1
        if not parts or alone > room:
            parts.append([])
            room = max_length - 1 - num_pictures * template.num_visual_tokens
        parts[-1].append(text)
        room -= alone
    return parts
