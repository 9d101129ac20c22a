"""Batches of pictures: all of them once per epoch, each with its own label."""

import weakref

import numpy as np
import pytest
import torch
from PIL import Image

from course_lib.data import ImageProcessor, caption_batches, picture_batches, prepared
from course_lib.errors import CourseError

N, SIZE = 11, 5
PROCESSOR = ImageProcessor(size=(SIZE, SIZE), resample=0)


def pictures(count=N):
    """Picture i has the color i all over."""
    return [np.full((SIZE + i, SIZE, 3), i, dtype=np.uint8) for i in range(count)]


def colors(batch):
    return ((batch.pixels[:, 0, 0, 0] + 1) / 2 * 255).round().long()


def test_an_epoch_has_every_picture_once_and_with_its_label():
    batches = picture_batches(pictures(), list(range(N)), PROCESSOR, batch_size=4)
    seen = [batches.batch(drawn) for drawn in batches.epoch(0)]
    assert [batch.num_labels for batch in seen] == [4, 4, 3]
    assert all(torch.equal(colors(batch), batch.labels) for batch in seen)
    assert sorted(torch.cat([batch.labels for batch in seen]).tolist()) == list(range(N))


def test_captions_are_padded_to_the_longest_of_their_batch():
    captions = [[[3 + i] * (1 + i % 3) + [2], [90 + i, 2]] for i in range(N)]
    batches = caption_batches(pictures(), captions, PROCESSOR, batch_size=4)
    batch = batches.collate([batches.items[i] for i in (0, 5)])
    assert batch.tokens.tolist() == [[[3, 2, 0, 0], [90, 2, 0, 0]], [[8, 8, 8, 2], [95, 2, 0, 0]]]
    assert colors(batch).tolist() == [0, 5]
    assert (batch.num_labels, batch.num_tokens) == (4, 4)
    assert batch.shard(1, 2).tokens.tolist() == [[[8, 8, 8, 2], [95, 2, 0, 0]]]


def test_batches_are_cut_for_several_workers():
    batches = picture_batches(pictures(), range(N), PROCESSOR, N)
    batch = batches.collate(batches.items)
    assert [batch.shard(i, 3).labels.tolist() for i in range(3)] == [[0, 3, 6, 9], [1, 4, 7, 10], [2, 5, 8]]
    assert batch.shard(1, 3).pixels.shape == (4, 3, SIZE, SIZE)


@pytest.mark.parametrize(("count", "labels"), [(0, 0), (3, 2)])
def test_pictures_without_labels_are_refused(count, labels):
    with pytest.raises(
        CourseError, match=f"there must be pictures and as many labels or captions, got {count} and {labels}"
    ):
        picture_batches(pictures(count), list(range(labels)), PROCESSOR, 4)


class Album:
    """Seven pictures, each of which is made when it is asked for; `most` were held at once."""

    def __init__(self):
        self.made, self.most = [], 0

    def __len__(self):
        return 7

    def __getitem__(self, number):
        picture = Image.new("L", (11 + number, 13), 20 * number)
        self.made.append(weakref.ref(picture))
        self.most = max(self.most, sum(made() is not None for made in self.made))
        return picture


def test_prepared_pictures_come_in_their_order_and_are_opened_one_by_one():
    processor, album = ImageProcessor(size=(3, 5)), Album()
    first, second, last = prepared(processor, album, 3)
    assert (len(first), len(second), len(last)) == (3, 3, 1)
    assert torch.equal(torch.cat([first, second, last]), processor([album[i] for i in range(7)]))
    one_by_one = Album()
    assert len(list(prepared(processor, one_by_one, 5))) == 2
    assert one_by_one.most <= 2  # the next is made before the last one is let go
