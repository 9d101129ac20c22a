"""Pictures as batches: with the numbers of their classes, or with captions."""

from dataclasses import dataclass

import torch

from course_lib.data.batching import Rows, epoch_generator, pad
from course_lib.errors import CourseError


@dataclass(frozen=True)
class PictureBatch(Rows):
    """B pictures, `pixels` B C Y X, and the numbers of their classes, `labels` B."""

    pixels: torch.Tensor
    labels: torch.Tensor

    @property
    def num_labels(self):
        """How many pictures are to be named."""
        return len(self.labels)

    num_tokens = num_labels  # what the training loop counts per second


@dataclass(frozen=True)
class CaptionBatch(Rows):
    """B pictures, `pixels` B C Y X, and their captions, `tokens` B T with padding behind."""

    pixels: torch.Tensor
    tokens: torch.Tensor

    @property
    def num_labels(self):
        """How many pairs are to be found."""
        return len(self.tokens)

    num_tokens = num_labels  # what the training loop counts per second


class PictureBatches:
    """The batches of a training set, in a new random order each epoch, the same for the same seed everywhere.

    Pictures stay bytes until their batch is asked for, which takes a quarter of the memory.

    Args:
        pictures: whatever `open_picture` takes, one for each label.
        labels: the numbers of their classes, or for captions the ids of each, ending in <eos>.
        processor: an `ImageProcessor`.
        batch_size: pictures in a batch.
        seed: of the order.

    Raises:
        CourseError: no pictures, not as many labels, a picture that can't be read, or pictures that come out in
            different sizes.
    """

    def __init__(self, pictures, labels, processor, batch_size, seed=0):
        if not len(pictures) or len(pictures) != len(labels):
            raise CourseError(f"expected pictures and as many labels, got {len(pictures)} and {len(labels)}")
        self.pixels, self.labels = processor.stack(pictures), labels
        self.processor, self.batch_size, self.seed = processor, batch_size, seed

    def epoch(self, number):
        """The batches of epoch `number`, a list of lists of indices."""
        order = torch.randperm(len(self.pixels), generator=epoch_generator(self.seed, number))
        return [indices.tolist() for indices in order.split(self.batch_size)]

    def batch(self, indices):
        """The `PictureBatch` of the pictures `indices`."""
        labels = torch.tensor([self.labels[i] for i in indices])
        return PictureBatch(pixels=self.processor.normalize(self.pixels[indices]), labels=labels)


class CaptionBatches(PictureBatches):
    """The same, with captions."""

    def batch(self, indices):
        """The `CaptionBatch` of the pictures `indices`."""
        tokens = pad([self.labels[i] for i in indices])
        return CaptionBatch(pixels=self.processor.normalize(self.pixels[indices]), tokens=tokens)
