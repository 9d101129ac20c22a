"""Pictures as batches: with the numbers of their classes, or with captions."""

from dataclasses import dataclass
from functools import partial

import torch

from course_lib.data.batches import Batches, shuffle
from course_lib.data.rows import Rows, pad
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

    @property
    def num_tokens(self):
        """What the training loop counts per second: pictures."""
        return self.num_labels


@dataclass(frozen=True)
class CaptionBatch(Rows):
    """B pictures, `pixels` B C Y X, and K captions of each, `tokens` B K T with padding behind."""

    pixels: torch.Tensor
    tokens: torch.Tensor

    @property
    def num_labels(self):
        """How many pairs are to be found."""
        return self.tokens[..., 0].numel()

    @property
    def num_tokens(self):
        """What the training loop counts per second: pairs."""
        return self.num_labels


def picture_batches(pictures, labels, processor, batch_size, seed=0, views=None):
    """The `Batches` of pictures with the numbers of their classes.

    Pictures stay bytes until their batch is asked for, which takes a quarter of the memory.

    Args:
        pictures: whatever `open_picture` takes, one for each label.
        labels: the numbers of their classes.
        processor: an `ImageProcessor`.
        batch_size: pictures in a batch.
        seed: of the order, and of the views.
        views: a function from bytes, B C Y X, and a `torch.Generator` to what is seen of them, such as `RandomViews`;
            default: the pictures as they are.

    Raises:
        CourseError: no pictures, not as many labels, a picture that can't be read, or pictures that come out in
            different sizes.
    """
    collate = partial(picture_batch, processor=processor, views=views)
    return batches_of_pictures(pictures, labels, processor, collate, batch_size, seed)


def caption_batches(pictures, captions, processor, batch_size, seed=0):
    """The `Batches` of pictures with captions: of each picture as many as of the others, each a list of ids.

    Arguments and errors as in `picture_batches`.
    """
    collate = partial(caption_batch, processor=processor)
    return batches_of_pictures(pictures, captions, processor, collate, batch_size, seed)


def batches_of_pictures(pictures, said, processor, collate, batch_size, seed):
    """`Batches` of pairs: the bytes of a picture, C Y X, and what is said of it."""
    if not len(pictures) or len(pictures) != len(said):
        raise CourseError(f"expected pictures and as many labels, got {len(pictures)} and {len(said)}")
    items = list(zip(processor.stack(pictures), said, strict=True))
    return Batches(items, collate, partial(shuffle, len(items), batch_size), seed)


def picture_batch(items, random=None, *, processor, views=None):
    """A `PictureBatch` of pairs: the bytes of a picture, C Y X, and the number of its class."""
    pixels, labels = zip(*items, strict=True)
    pixels = torch.stack(pixels)
    seen = views(pixels, random) if views else pixels
    return PictureBatch(pixels=processor.normalize(seen), labels=torch.tensor(labels))


def caption_batch(items, random=None, *, processor):
    """A `CaptionBatch` of pairs: the bytes of a picture, C Y X, and its captions."""
    pixels, captions = zip(*items, strict=True)
    tokens = pad([ids for listed in captions for ids in listed]).unflatten(0, (len(captions), -1))
    return CaptionBatch(pixels=processor.normalize(torch.stack(pixels)), tokens=tokens)
