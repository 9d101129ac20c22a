"""A decoder is changed to read longer texts: by slower rotations, or by a window."""

import torch

from course_lib.models.character_decoder import WIDTH, new_decoder
from course_lib.models.longer import with_scaling, with_window
from course_lib.nn import LinearScaling
from tests.parity import assert_near

TOKENS = torch.randint(4, 40, (3, 11), generator=torch.Generator().manual_seed(5))
HERE = torch.arange(11).expand(3, -1)


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
