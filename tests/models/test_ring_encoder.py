"""The model of the ring puzzle reads a set."""

import torch

from course_lib.data.rings import ANIMALS, draw_rings
from course_lib.models.ring_encoder import RingEncoder
from tests.parity import assert_near


@torch.no_grad()
def test_tokens_in_another_order_get_the_same_logits_in_that_order():
    model, (runner, chased, _), order = RingEncoder(2), draw_rings(3, 6, 3), torch.tensor([4, 0, 5, 2, 1, 3])
    logits = model(runner, chased)
    assert logits.shape == (3, 6, ANIMALS)
    assert_near(model(runner[:, order], chased[:, order]), logits[:, order], 1e-5)


@torch.no_grad()
def test_a_token_is_its_own_name_and_that_of_its_prey():
    model, (runner, chased, _) = RingEncoder(1), draw_rings(3, 6, 3)
    assert not torch.allclose(model(chased, runner), model(runner, chased), atol=1e-3)
