"""Numbers to try answers on: seeded, in sizes that cannot be mixed up, some of them not contiguous."""

import torch


def rng(seed):
    """A generator of random numbers with this seed."""
    return torch.Generator().manual_seed(seed)


def random_tensors(seed, *shapes, dtype=torch.float32):
    """One tensor of normal random numbers per shape."""
    source = rng(seed)
    return [torch.randn(shape, generator=source).to(dtype) for shape in shapes]


def scattered(tensor):
    """The same numbers, not contiguous in memory: an answer that relies on `view` shows it here."""
    return tensor.transpose(0, -1).contiguous().transpose(0, -1)


def number(seed, low, high):
    """A whole number from `low` to `high`, both included."""
    return int(torch.randint(low, high + 1, (), generator=rng(seed)))
