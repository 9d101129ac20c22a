"""The decoder of characters: what its kinds of position do."""

import pytest
import torch

from course_lib.models.character_decoder import LENGTH, new_decoder
from tests.parity import assert_near

TOKENS = torch.randint(4, 40, (3, 11), generator=torch.Generator().manual_seed(5))


@torch.no_grad()
@pytest.mark.parametrize(
    ("kind", "has_positions"), [("RoPE", True), ("learned", True), ("waves", True), ("none", False)]
)
def test_only_without_positions_a_set_before_the_last_token_is_all_that_counts(kind, has_positions):
    model, order = new_decoder(kind, num_layers=1).eval(), [3, 0, 2, 1, *range(4, 11)]
    change = (model(TOKENS) - model(TOKENS[:, order]))[:, -1].abs().max()
    assert (change > 1e-4) == has_positions


def test_waves_are_as_long_as_asked():
    lengths = [new_decoder("waves", loudness).embedding.positions.table.norm(dim=1) for loudness in (1.0, 6.0)]
    assert_near(lengths[0], torch.ones(4 * LENGTH), 1e-5)
    assert_near(lengths[1], 6 * lengths[0], 1e-4)
