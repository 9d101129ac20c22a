"""The bias by distance: the paper's buckets, one number per head and bucket, and nothing but the distance counts."""

import pytest
import torch

from course_lib.nn import RelativePositionBias
from tests.parity import H, S, T

# The first distance of each of the widening buckets: exact · (128 / exact) ** (k / number of them), rounded up.
DECODER_EDGES = [16, 19, 21, 24, 27, 31, 35, 40, 46, 52, 59, 67, 77, 87, 99, 113]
ENCODER_EDGES = [8, 12, 16, 23, 32, 46, 64, 91]


def buckets(bidirectional, distances):
    return RelativePositionBias(H, bidirectional).bucket(torch.tensor(distances)).tolist()


def expected_bucket(distance, exact, edges):
    """Read off the edges."""
    return distance if distance < exact else exact - 1 + sum(edge <= distance for edge in edges)


def test_in_a_decoder_sixteen_distances_have_a_bucket_each_and_sixteen_buckets_widen():
    distances = range(300)
    assert buckets(False, distances) == [expected_bucket(d, 16, DECODER_EDGES) for d in distances]
    assert buckets(False, [127, 128, 10_000]) == [31, 31, 31]


def test_in_an_encoder_each_side_has_half_of_the_buckets():
    distances = range(300)
    before = [expected_bucket(d, 8, ENCODER_EDGES) for d in distances]
    assert buckets(True, distances) == before
    assert buckets(True, [-d for d in distances]) == [0] + [16 + bucket for bucket in before[1:]]


def test_in_a_decoder_later_keys_share_the_bucket_of_the_query_itself():
    assert buckets(False, range(-50, 1)) == [0] * 51


@pytest.mark.parametrize("bidirectional", [True, False])
class TestBothSides:
    def test_the_bias_is_the_number_of_its_head_and_bucket(self, bidirectional):
        bias = RelativePositionBias(H, bidirectional)
        mask = bias(torch.arange(T), torch.arange(S))
        assert mask.shape == (H, T, S)
        for head, query, key in [(0, 4, 1), (2, 3, 3), (1, 0, 6)]:
            bucket = bias.bucket(torch.tensor(query - key))
            assert mask[head, query, key] == bias.table.weight[bucket, head]

    def test_only_the_distance_matters(self, bidirectional):
        bias = RelativePositionBias(H, bidirectional)
        here = bias(torch.arange(T), torch.arange(S))
        far_away = bias(torch.arange(T) + 10_000, torch.arange(S) + 10_000)
        assert torch.equal(far_away, here)
        for diagonal in range(-T + 1, S):
            assert len(here[1].diagonal(diagonal).unique()) == 1

    def test_queries_may_be_any_part_of_the_sequence(self, bidirectional):
        bias = RelativePositionBias(H, bidirectional)
        positions = torch.arange(S)
        assert torch.equal(bias(positions[3:5], positions), bias(positions, positions)[:, 3:5])

    def test_every_bucket_is_used_and_learns(self, bidirectional):
        bias = RelativePositionBias(H, bidirectional)
        positions = torch.arange(149)
        bias(positions, positions).sum().backward()
        used = bias.table.weight.grad.abs().sum(dim=1) > 0
        assert int(used.sum()) == (
            31 if bidirectional else 32
        )  # an encoder has one for "0 later", which is the query itself
