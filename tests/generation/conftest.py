"""Numbers so exact that two ways to the same token can be compared."""

import pytest
import torch


@pytest.fixture
def float64(shapes_unchecked):
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)
