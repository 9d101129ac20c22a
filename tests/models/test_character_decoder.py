"""The decoder of characters: what its kinds of position do, and how it is changed to read longer texts."""

import pytest
import torch

from course_lib.models.character_decoder import LENGTH, WIDTH, new_decoder
from course_lib.models.longer import with_scaling, with_window
from course_lib.nn import LinearScaling
from tests.parity import assert_near

TOKENS = torch.randint(4, 40, (3, 11), generator=torch.Generator().manual_seed(5))
HERE = torch.arange(11).expand(3, -1)


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


@torch.no_grad()
def test_slower_rotations_are_those_of_nearer_positions_and_the_model_stays_as_it_was():
    model = new_decoder().eval()
    before = model(TOKENS)
    slower = with_scaling(model, LinearScaling(factor=4.0))
    assert_near(slower(TOKENS, 4 * HERE), model(TOKENS, HERE), 1e-4)
    assert torch.equal(model(TOKENS), before)
    assert model.config.d_model == WIDTH


@torch.no_grad()
def test_with_a_window_of_3_each_layer_reaches_2_tokens_back():
    model, other = new_decoder().eval(), TOKENS.clone()
    other[:, 2:4] = 50 - other[:, 2:4]
    narrow = with_window(model, 3)
    assert_near(narrow(TOKENS)[:, -1], narrow(other)[:, -1], 1e-6)  # 3 layers reach 2 tokens back each
    assert not torch.allclose(model(TOKENS)[:, -1], model(other)[:, -1], atol=1e-4)
