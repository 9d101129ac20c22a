"""Any decoder, cut anywhere: random choices of its config, of pieces, of padding and of rows, to 1e-9.

The reference is always the same model on one row alone, whole, without padding and without a cache.
"""

import random
from itertools import pairwise

import pytest
import torch

from course_lib.models import AttentionMixer, DeltaMixer, Experts, LatentMixer, LinearMixer, NoPEMixer, SharedKVMixer
from course_lib.models.mixers import lends
from course_lib.workshop.fast import fuse
from tests.models.tiny import tiny_llm
from tests.parity import V, assert_near

LONGEST = 71  # tokens: more than a chunk of the delta rule
SEEDS = [*range(5), *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(5, 60))]


@pytest.fixture(autouse=True)
def float64(shapes_unchecked):
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


def random_mixer(rng, before, windows):
    """For the layer behind those that have the mixers `before`."""
    window = windows[len(before)]
    latent = LatentMixer(d_latent=7, d_content=5, d_value=3, d_query=rng.choice([None, 13]))
    choices = [AttentionMixer(), NoPEMixer(), latent]
    lenders = [i for i, mixer in enumerate(before) if lends(mixer) and windows[i] == window]
    if lenders:
        choices.append(SharedKVMixer(layer=rng.choice(lenders)))
    if window is None:
        delta = DeltaMixer(
            num_heads=6, d_key=5, d_value=7, num_key_heads=rng.choice([2, 3]), kernel_size=rng.choice([2, 5])
        )
        choices += [LinearMixer(), delta]
    return rng.choice(choices)


def random_llm(rng):
    """A small `Llm`; each of its choices is drawn by itself."""
    windows = tuple(rng.choice([None, None, None, 1, 2, 3, 7]) for _ in range(rng.randint(1, 5)))
    mixers = []
    for _ in windows:
        mixers.append(random_mixer(rng, mixers, windows))
    experts = Experts(num_experts=5, num_active=rng.randint(1, 5))
    switches = {name: rng.random() < 0.4 for name in ("qkv_bias", "qk_norm", "post_norms", "tied")}
    return tiny_llm(
        num_layers=len(windows),
        window_sizes=windows,
        mixers=tuple(mixers),
        num_kv_heads=rng.choice([1, 2, 3, 6]),
        experts=rng.choice([None, experts]),
        score_cap=rng.choice([None, 2.0]),
        window_rope_base=rng.choice([None, 100.0]),
        max_length=LONGEST,
        **switches,
    )


def random_cuts(rng, width):
    """Pieces of `width` columns: all at once, one by one, or anything between."""
    count = rng.choice([0, width, rng.randint(1, 9)])
    return pairwise(sorted({0, width, *(rng.randrange(width) for _ in range(count))}))


@pytest.mark.parametrize("seed", SEEDS)
@torch.no_grad()
def test_texts_with_padding_anywhere_in_pieces_of_any_length_and_rows_that_come_and_go_read_as_each_alone(seed):
    rng = random.Random(seed)
    model = random_llm(rng)
    reader = rng.choice([model, fuse(model)])
    is_plain = rng.random() < 0.3  # as many tokens in each row, and no positions are given
    width = rng.choice([13, LONGEST])
    lengths = [width if is_plain else rng.randint(1, width) for _ in range(3)]
    tokens, positions = torch.randint(1, V, (3, width)), torch.full((3, width), -1)
    alone = torch.zeros(3, width, V)
    for row, length in enumerate(lengths):
        places = sorted(rng.sample(range(width), length))
        positions[row, places] = torch.arange(length)
        alone[row, :length] = model(tokens[row : row + 1, places])[0]

    cache, rows, read, expected = reader.new_cache(), torch.arange(3), [], []
    for a, b in random_cuts(rng, width):
        at = positions[rows, a:b]
        logits = reader(tokens[rows, a:b], None if is_plain else at, cache=cache)
        read.append(logits[at >= 0])
        expected.append(alone[rows[:, None], at][at >= 0])
        if rng.random() < 0.4:  # some rows leave, others are there twice
            kept = torch.tensor([rng.randrange(len(rows)) for _ in range(rng.randint(1, 4))])
            cache.select(kept)
            rows = rows[kept]
    assert_near(torch.cat(read), torch.cat(expected), 1e-9)
