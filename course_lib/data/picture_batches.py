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
    """B pictures, `pixels` B C Y X, and K captions of each, `tokens` B K T with padding behind."""

    pixels: torch.Tensor
    tokens: torch.Tensor

    @property
    def num_labels(self):
        """How many pairs are to be found."""
        return self.tokens[..., 0].numel()

    num_tokens = num_labels  # what the training loop counts per second


class PictureBatches:
    """The batches of a training set, in a new random order each epoch, the same for the same seed everywhere.

    Pictures stay bytes until their batch is asked for, which takes a quarter of the memory.

    Args:
        pictures: whatever `open_picture` takes, one for each label.
        labels: the numbers of their classes; for captions, see `CaptionBatches`.
        processor: an `ImageProcessor`.
        batch_size: pictures in a batch.
        seed: of the order, and of the views.
        views: a function from bytes, B C Y X, and a `torch.Generator` to what is seen of them, such as `RandomViews`;
            default: the pictures as they are.

    Raises:
        CourseError: no pictures, not as many labels, a picture that can't be read, or pictures that come out in
            different sizes.
    """

    def __init__(self, pictures, labels, processor, batch_size, seed=0, views=None):
        if not len(pictures) or len(pictures) != len(labels):
            raise CourseError(f"expected pictures and as many labels, got {len(pictures)} and {len(labels)}")
        self.pixels, self.labels = processor.stack(pictures), labels
        self.processor, self.batch_size, self.seed, self.views = processor, batch_size, seed, views

    def epoch(self, number):
        """The batches of epoch `number`, a list of lists of indices."""
        order = torch.randperm(len(self.pixels), generator=epoch_generator(self.seed, number))
        return [indices.tolist() for indices in order.split(self.batch_size)]

    def look(self, indices):
        """What is seen of the pictures `indices`, B C Y X; the same each time, for the same list."""
        pixels = self.pixels[indices]
        if self.views:
            pixels = self.views(pixels, torch.Generator().manual_seed(hash((self.seed, *indices))))
        return self.processor.normalize(pixels)

    def batch(self, indices):
        """The `PictureBatch` of the pictures `indices`."""
        return PictureBatch(pixels=self.look(indices), labels=torch.tensor([self.labels[i] for i in indices]))


class CaptionBatches(PictureBatches):
    """The same, with captions: for each picture a list of as many as for the others, each a list of ids."""

    def batch(self, indices):
        """The `CaptionBatch` of the pictures `indices`."""
        captions = [self.labels[i] for i in indices]
        tokens = pad([ids for listed in captions for ids in listed]).unflatten(0, (len(captions), -1))
        return CaptionBatch(pixels=self.look(indices), tokens=tokens)
