"""The text tower: one vector for a caption, read where it ends."""

import pytest
import torch

from course_lib.errors import CourseError
from tests.models.tiny import tiny_text_tower
from tests.parity import assert_near
from tests.toys import MAX_LENGTH

TOKENS = torch.tensor([[3, 5, 7, 11, 2, 0, 0], [4, 13, 2, 0, 0, 0, 0], [9, 3, 5, 12, 6, 8, 2]])


def test_the_vector_of_a_text_is_that_of_its_end_token(tolerance):
    """Near, not equal: the last layer is computed for one token, in sums of another order."""
    tower = tiny_text_tower()
    assert_near(tower(TOKENS), tower.hidden(TOKENS)[torch.arange(3), [4, 2, 6]], tolerance)


def test_what_stands_behind_the_end_changes_nothing(tolerance):
    tower = tiny_text_tower()
    changed = torch.tensor([[3, 5, 7, 11, 2, 2, 9], [4, 13, 2, 5, 2, 0, 7], [9, 3, 5, 12, 6, 8, 2]])
    assert_near(tower(changed), tower(TOKENS), tolerance)
    assert_near(tower(TOKENS[:, :7]), tower(torch.cat([TOKENS, torch.zeros(3, 5, dtype=torch.long)], dim=1)), tolerance)
    assert_near(tower(TOKENS[1:2, :3]), tower(TOKENS)[1:2], tolerance)


def test_every_word_and_its_place_matter():
    tower = tiny_text_tower()
    before = tower(TOKENS[2:])
    for i in range(6):
        changed = TOKENS[2:].clone()
        changed[0, i] = 16
        assert not torch.isclose(tower(changed), before).any()
    assert not torch.isclose(tower(TOKENS[2:, [1, 0, 2, 3, 4, 5, 6]]), before).any()


def test_no_token_sees_a_later_one():
    tower = tiny_text_tower()
    changed = TOKENS.clone()
    changed[:, 3] = 16
    assert torch.equal(tower.hidden(changed)[:, :3], tower.hidden(TOKENS)[:, :3])


def test_without_an_end_token_the_last_position_sees_all_and_sums_up(tolerance):
    tower = tiny_text_tower(end_id=None)
    assert_near(tower(TOKENS), tower.hidden(TOKENS)[:, -1], tolerance)
    changed = TOKENS.clone()
    changed[:, 6] = 16
    assert not torch.isclose(tower.hidden(changed), tower.hidden(TOKENS)).all(-1).any()


def test_a_text_without_an_end_is_refused():
    with pytest.raises(CourseError, match="every text must contain the end token, whose id is 2"):
        tiny_text_tower()(torch.tensor([[3, 2, 0], [4, 5, 6]]))


def test_a_text_longer_than_the_context_is_refused():
    with pytest.raises(CourseError, match=f"positions 0 to {MAX_LENGTH - 1}, got {MAX_LENGTH}"):
        tiny_text_tower()(torch.full((1, MAX_LENGTH + 1), 2))
