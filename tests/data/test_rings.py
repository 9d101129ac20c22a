"""Rings of animals: the answer follows from who chases whom."""

import pytest

from course_lib.data.rings import ANIMALS, draw_rings


@pytest.mark.parametrize(("size", "ahead"), [(6, 3), (8, 4), (5, 1), (ANIMALS, 7)])
def test_the_answer_is_found_by_following_the_chase(size, ahead):
    for runner, chased, answers in zip(*draw_rings(11, size, ahead), strict=True):
        prey = dict(zip(runner.tolist(), chased.tolist(), strict=True))
        assert len(prey) == size and set(prey) == set(prey.values())
        for animal, answer in zip(runner.tolist(), answers.tolist(), strict=True):
            for _ in range(ahead):
                animal = prey[animal]
            assert animal == answer


def test_the_animals_come_in_another_order_than_the_ring_has():
    runner, chased, _ = draw_rings(50, 6, 3)
    assert (runner.roll(-1, dims=1) != chased).any(dim=1).float().mean() > 0.9
