"""Random views: other pixels, the same picture."""

import pytest
import torch

from course_lib.data import ImageProcessor, RandomViews, picture_batches

B, HEIGHT, WIDTH = 40, 7, 11


def pixels():
    return torch.randint(256, (B, 3, HEIGHT, WIDTH), dtype=torch.uint8)


def random(seed=0):
    return torch.Generator().manual_seed(seed)


def test_without_any_change_pictures_stay_as_they_are():
    before = pixels()
    assert torch.equal(RandomViews()(before, random()), before)


def test_views_depend_on_the_generator_alone():
    before, views = pixels(), RandomViews(shift=2, flip=0.5)
    assert torch.equal(views(before, random(1)), views(before, random(1)))
    assert not torch.equal(views(before, random(1)), views(before, random(2)))
    assert views(before, random()).dtype == torch.uint8


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_so_many_pictures_are_turned(share):
    before = pixels()
    after = RandomViews(flip=share)(before, random())
    turned = [torch.equal(a, b.flip(2)) for a, b in zip(after, before, strict=True)]
    kept = [torch.equal(a, b) for a, b in zip(after, before, strict=True)]
    assert sum(turned) + sum(kept) == B
    assert abs(sum(turned) / B - share) < 0.2


def test_a_shift_moves_the_picture_and_repeats_its_edge():
    before = pixels()
    after = RandomViews(shift=2)(before, random())
    moves = set()
    for a, b in zip(after, before, strict=True):
        rows, columns = torch.arange(HEIGHT), torch.arange(WIDTH)
        [move] = [
            (y, x)
            for y in range(-2, 3)
            for x in range(-2, 3)
            if torch.equal(a, b[:, (rows + y).clamp(0, HEIGHT - 1)][:, :, (columns + x).clamp(0, WIDTH - 1)])
        ]
        moves.add(move)
    assert len(moves) > 12


def test_a_batch_is_seen_the_same_way_each_time_and_another_way_in_another_epoch():
    pictures = [picture.permute(1, 2, 0).numpy() for picture in pixels()]
    batches = picture_batches(pictures, range(B), ImageProcessor(size=None), B, 0, RandomViews(shift=2, flip=0.5))
    first, second = batches.epoch(0)[0], batches.epoch(1)[0]
    assert torch.equal(batches.batch(first).pixels, batches.batch(first).pixels)
    in_order = [batches.batch(drawn).pixels[torch.tensor(drawn[0]).argsort()] for drawn in (first, second)]
    assert not torch.equal(*in_order)
    assert not torch.equal(batches.batch((first[0], 1)).pixels, batches.batch((first[0], 2)).pixels)
