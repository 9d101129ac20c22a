import base64

import numpy as np
import pytest

from course_lib.errors import CourseError
from course_lib.workshop.viz.attention_map import AttentionMap
from tests.workshop.viz.toy_maps import SOURCE, TARGET, E, H, L, S, T, toy_map


def unpack(text, dtype):
    return np.frombuffer(base64.b64decode(text), dtype).astype(float)


def test_weights_survive_packing_to_one_step_of_16_bits():
    one = toy_map()
    weights = unpack(one.packed()["weights"], "<u2").reshape(L, H, T, S) / 65535
    assert np.abs(weights - one.weights).max() <= 0.5 / 65535


def test_only_weights_of_zero_are_packed_as_zero():
    one = AttentionMap("toy", np.array([0.0, 1e-12, 1.0]).reshape(1, 1, 1, 3), ["a"], ["a", "b", "c"])
    assert unpack(one.packed()["weights"], "<u2").tolist() == [0, 1, 65535]


def test_queries_and_keys_survive_packing():
    one = toy_map()
    packed = one.packed()["vectors"]
    for name, vectors in (("queries", one.queries), ("keys", one.keys)):
        numbers = unpack(packed[name]["numbers"], "<i2").reshape(vectors.shape) * packed[name]["step"]
        assert np.abs(numbers - vectors).max() <= 0.51 * packed[name]["step"]


def test_a_row_that_may_attend_to_nothing_is_allowed():
    one = toy_map(mask=np.arange(T)[:, None] > 0)
    assert not one.weights[:, :, 0].any()


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"rows": SOURCE}, "axis T .* should be 7, got 5"),
        ({"columns": TARGET}, "axis S .* should be 5, got 7"),
        ({"weights": np.zeros((L, 1, H, T, S))}, r"4 axes \(L H T S\)"),
        ({"weights": np.full((L, H, T, S), 2.0)}, "between 0 and 1, got 2.0"),
        ({"weights": np.full((L, H, T, S), np.nan)}, "between 0 and 1, got nan"),
        ({"keys": None}, "only one of them"),
        ({"queries": np.zeros((L, H, T, 13))}, "axis E .* should be 13, got 11"),
        ({"queries": np.zeros((L, H, T, E))}, "the weights differ by .* bias"),
    ],
)
def test_numbers_that_do_not_fit_together_are_an_error(wrong, message):
    one = toy_map()
    fields = {name: getattr(one, name) for name in ("name", "weights", "rows", "columns", "queries", "keys")}
    with pytest.raises(CourseError, match=message):
        AttentionMap(**fields | wrong)
