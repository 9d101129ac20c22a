"""What the study of longer texts does to a decoder."""

import torch

from course_lib.models.character_decoder import LENGTH, new_decoder
from course_lib.models.longer import with_scaling
from course_lib.workshop.studies.longer import Growing, token_by_token, with_distances


@torch.no_grad()
def test_a_limit_changes_only_the_tokens_beyond_it():
    torch.manual_seed(0)
    model, tokens = new_decoder().eval(), torch.randint(3, 40, (2, 30))
    change = (with_distances(model, 20)(tokens) - model(tokens)).abs().amax(dim=(0, 2))
    assert change[:21].max() < 1e-4
    assert change[21:].min() > 1e-3


@torch.no_grad()
def test_token_by_token_differs_from_at_once_only_if_the_angles_grow():
    torch.manual_seed(0)
    model, tokens = new_decoder().eval(), torch.randint(3, 40, (2, LENGTH + 20))
    growing = with_scaling(model, Growing(4.0))
    off, grown = ((token_by_token(each)(tokens) - each(tokens)).abs().max() for each in (model, growing))
    assert off < 1e-4 < 1e-2 < grown
