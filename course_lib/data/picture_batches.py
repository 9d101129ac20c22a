"""Batches of pictures with class numbers or with captions."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import torch

from course_lib.data.batches import Batches, Collate, shuffle
from course_lib.data.image_processor import ImageProcessor
from course_lib.data.pictures import Picture
from course_lib.data.rows import Rows, pad
from course_lib.errors import CourseError
from course_lib.shapes import BCYX, BytesBCYX, BytesCYX

Views = Callable[[BytesBCYX, torch.Generator], BytesBCYX]


@dataclass(frozen=True)
class PictureBatch(Rows):
    """A batch of pictures with their classes.

    Args:
        pixels: the pictures, B C Y X.
        labels: the class numbers, B.
    """

    pixels: torch.Tensor
    labels: torch.Tensor

    @property
    def num_labels(self) -> int:
        """The number of pictures to classify."""
        return len(self.labels)

    @property
    def num_tokens(self) -> int:
        """The number of pictures, which the training loop counts instead of tokens to measure its speed."""
        return self.num_labels


@dataclass(frozen=True)
class CaptionBatch(Rows):
    """A batch of pictures with their captions.

    Args:
        pixels: the pictures, B C Y X.
        tokens: the token ids of K captions per picture, B K T, with padding at the end.
    """

    pixels: torch.Tensor
    tokens: torch.Tensor

    @property
    def num_labels(self) -> int:
        """The number of picture-caption pairs."""
        return self.tokens[..., 0].numel()

    @property
    def num_tokens(self) -> int:
        """The number of picture-caption pairs, which the training loop counts instead of tokens."""
        return self.num_labels


def picture_batches(
    pictures: Sequence[Picture],
    labels: Sequence[int],
    processor: ImageProcessor,
    batch_size: int,
    seed: int = 0,
    views: Views | None = None,
) -> Batches:
    """Return `Batches` of pictures with class numbers, in a new random order each epoch.

    Pictures are stored as bytes until a batch is built, which takes a quarter of the memory of floats.

    Args:
        pictures: the pictures.
        labels: the class number of each picture.
        processor: the preprocessing of the pictures.
        batch_size: the number of pictures per batch.
        seed: the seed for the order and for `views`.
        views: data augmentation, such as `RandomViews`. Default: none.

    Raises:
        CourseError: there are no pictures, their number differs from the number of labels, a picture can't be read, or
            the preprocessed pictures differ in size.
    """
    collate = partial(picture_batch, processor=processor, views=views)
    return batches_of_pictures(pictures, labels, processor, collate, batch_size, seed)


def caption_batches(
    pictures: Sequence[Picture],
    captions: Sequence[list[list[int]]],
    processor: ImageProcessor,
    batch_size: int,
    seed: int = 0,
) -> Batches:
    """Return `Batches` of pictures with captions, in a new random order each epoch.

    `captions` contains the token ids of each picture's captions, and all pictures must have the same number of
    captions. For the other arguments and the errors, see `picture_batches`.
    """
    collate = partial(caption_batch, processor=processor)
    return batches_of_pictures(pictures, captions, processor, collate, batch_size, seed)


def batches_of_pictures(
    pictures: Sequence[Picture],
    said: Sequence[int] | Sequence[list[list[int]]],
    processor: ImageProcessor,
    collate: Collate,
    batch_size: int,
    seed: int,
) -> Batches:
    """Preprocess pictures, and return shuffled `Batches` of them with their class numbers or captions."""
    if not len(pictures) or len(pictures) != len(said):
        raise CourseError(f"there must be pictures and as many labels or captions, got {len(pictures)} and {len(said)}")
    items = list(zip(processor.stack(pictures), said, strict=True))
    return Batches(items, collate, partial(shuffle, len(items), batch_size), seed)


def prepared(processor: ImageProcessor, pictures: Sequence[Picture], batch_size: int) -> Iterator[BCYX]:
    """Preprocess pictures in batches, and yield the batches in order.

    Only one unprocessed picture is in memory at a time.
    """
    numbers = range(len(pictures))
    for start in numbers[::batch_size]:
        yield processor(pictures[i] for i in numbers[start : start + batch_size])


def picture_batch(
    items: Sequence[tuple[BytesCYX, int]],
    random: torch.Generator | None = None,
    *,
    processor: ImageProcessor,
    views: Views | None = None,
) -> PictureBatch:
    """Collate pairs of a picture and its class number into a `PictureBatch`."""
    pixels, labels = zip(*items, strict=True)
    pixels = torch.stack(pixels)
    seen = views(pixels, random) if views else pixels
    return PictureBatch(pixels=processor.normalize(seen), labels=torch.tensor(labels))


def caption_batch(
    items: Sequence[tuple[BytesCYX, list[list[int]]]],
    random: torch.Generator | None = None,
    *,
    processor: ImageProcessor,
) -> CaptionBatch:
    """Collate pairs of a picture and its captions into a `CaptionBatch`."""
    pixels, captions = zip(*items, strict=True)
    tokens = pad([ids for listed in captions for ids in listed]).unflatten(0, (len(captions), -1))
    return CaptionBatch(pixels=processor.normalize(torch.stack(pixels)), tokens=tokens)
