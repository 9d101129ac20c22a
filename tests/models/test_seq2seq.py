"""An encoder-decoder with any mix of the choices of the translator and of T5."""

from itertools import product

import pytest
import torch

from course_lib.models.seq2seq import Seq2Seq, Seq2SeqConfig
from tests.models.tiny import SIZES
from tests.parity import B, V, assert_near, shake

CHOICES = "norm_first", "rms_norm", "bias", "relative_positions"
LENGTH = 7


@pytest.mark.parametrize("chosen", list(product([False, True], repeat=4)))
@torch.no_grad()
def test_every_mix_of_choices_reads_in_pieces_and_padded_as_whole(chosen, tolerance):
    config = Seq2SeqConfig(**SIZES, **dict(zip(CHOICES, chosen, strict=True)))
    model, target = shake(Seq2Seq(config)).eval(), torch.randint(1, V, (B, LENGTH))
    source = torch.tensor([[4, 2, 6, 0, 0], [3, 5, 2, 2, 7]])
    whole = model(source, target)
    cache = model.new_cache(source)
    pieces = [model.decoder(piece, cache=cache) for piece in target.split((4, 1, 2), dim=1)]
    assert_near(torch.cat(pieces, dim=1), whole, tolerance)

    padded = torch.cat([torch.zeros(B, 2, dtype=torch.long), target], dim=1)
    positions = torch.arange(-2, LENGTH).clamp(min=-1).expand(B, -1)
    assert_near(model.decoder(padded, model.encode(source), positions)[:, 2:], whole, tolerance)
