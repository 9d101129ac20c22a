"""Pictures as batches: with the numbers of their classes, or with captions."""

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
    """B pictures, `pixels` B C Y X, and the numbers of their classes, `labels` B."""

    pixels: torch.Tensor
    labels: torch.Tensor

    @property
    def num_labels(self) -> int:
        """How many pictures are to be named."""
        return len(self.labels)

    @property
    def num_tokens(self) -> int:
        """Number of pictures: the training loop counts them per second."""
        return self.num_labels


@dataclass(frozen=True)
class CaptionBatch(Rows):
    """B pictures, `pixels` B C Y X, and K captions of each, `tokens` B K T with padding behind."""

    pixels: torch.Tensor
    tokens: torch.Tensor

    @property
    def num_labels(self) -> int:
        """How many pairs are to be found."""
        return self.tokens[..., 0].numel()

    @property
    def num_tokens(self) -> int:
        """Number of pairs: the training loop counts them per second."""
        return self.num_labels


def picture_batches(
    pictures: Sequence[Picture],
    labels: Sequence[int],
    processor: ImageProcessor,
    batch_size: int,
    seed: int = 0,
    views: Views | None = None,
) -> Batches:
    """The `Batches` of pictures with the numbers of their classes.

    Pictures stay bytes until their batch is asked for, which takes a quarter of the memory.

    Args:
        pictures: one for each label.
        labels: the numbers of their classes.
        processor: makes tensors of them.
        batch_size: pictures in a batch.
        seed: of the order, and of the views.
        views: what is seen of the pictures, such as `RandomViews`; default: all, unchanged.

    Raises:
        CourseError: no pictures, not as many labels, a picture that can't be read, or pictures that come out in
            different sizes.
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
    """The `Batches` of pictures with captions: of each picture as many as of the others.

    Arguments and errors as in `picture_batches`.
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
    """`Batches` of pairs: the bytes of a picture, and what is said of it."""
    if not len(pictures) or len(pictures) != len(said):
        raise CourseError(f"expected pictures and as many labels, got {len(pictures)} and {len(said)}")
    items = list(zip(processor.stack(pictures), said, strict=True))
    return Batches(items, collate, partial(shuffle, len(items), batch_size), seed)


def prepared(processor: ImageProcessor, pictures: Sequence[Picture], batch_size: int) -> Iterator[BCYX]:
    """The tensors of so many pictures each, in their order; one picture at a time is in memory as it was."""
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
    """A `PictureBatch` of pairs: a picture, and the number of its class."""
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
    """A `CaptionBatch` of pairs: a picture, and its captions."""
    pixels, captions = zip(*items, strict=True)
    tokens = pad([ids for listed in captions for ids in listed]).unflatten(0, (len(captions), -1))
    return CaptionBatch(pixels=processor.normalize(torch.stack(pixels)), tokens=tokens)
