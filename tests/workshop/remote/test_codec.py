"""Plain data arrive as they were sent; all else arrives as a name, or not at all."""

import io
import json

import numpy as np
import pytest
import torch

from course_lib.errors import CourseError
from course_lib.workshop.remote import Unknown, codec, read_message, write_message

VALUES = [
    None, True, 7, 2**80, 0.5, float("inf"), "ação", "\ud800", (1, (2, "x")), [1, [2]], {3: {"a": None}}, {1, 2},
    frozenset({"a"}), range(2, 9, 3), ..., 1 + 2j, {(1, 2): [()]},
]  # fmt: skip


def sent(value):
    """A value after its way through a pipe."""
    pipe = io.BytesIO()
    write_message(pipe, value)
    pipe.seek(0)
    return read_message(pipe)


def raw(text, data=b""):
    """A pipe that holds this message."""
    return io.BytesIO(codec.LENGTHS.pack(len(text), len(data)) + text + data)


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_plain_data_arrive_as_they_were_sent(value):
    assert sent(value) == value
    assert type(sent(value)) is type(value)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16, torch.int64, torch.bool])
def test_tensors_arrive_with_their_dtype_and_their_order_in_memory(dtype):
    tensor = (torch.arange(2 * 3 * 5).view(2, 3, 5) % 7).to(dtype).transpose(0, 2)
    arrived = sent({"x": [tensor, tensor[:, 1]]})["x"]
    assert arrived[0].equal(tensor)
    assert arrived[0].dtype == dtype
    assert arrived[0].stride() == tensor.stride()
    assert arrived[1].equal(tensor[:, 1])
    assert sent(torch.zeros(3, 0, 2)).shape == (3, 0, 2)
    assert sent(torch.tensor(2.5)).item() == 2.5


def test_numbers_of_numpy_arrive_as_numbers():
    assert sent(np.float32(0.5)) == 0.5
    assert np.array_equal(sent(np.arange(6).reshape(2, 3)[:, ::-1]), np.arange(6).reshape(2, 3)[:, ::-1])
    assert sent(np.array(["a", "b"])) == ["a", "b"]


class Liar:
    kind = "int"
    __class__ = property(lambda self: torch.Tensor)

    def __reduce__(self):
        return exec, ("1 / 0",)


@pytest.mark.parametrize("value", [lambda: 1, torch.nn.Linear(2, 2), object, open, iter([1])])
def test_what_is_no_data_arrives_as_the_name_of_its_type(value):
    assert sent([value]) == [Unknown(type(value).__name__)]


def test_a_value_that_lies_about_its_class_runs_no_code_here():
    with pytest.raises((TypeError, AttributeError, RuntimeError)):
        sent(Liar())


BOMBS = {
    "brackets": b"[" * 30_000_000,
    "pairs": b"[" + b"[]," * 10_000_000 + b"[]]",
    "deep": b'{"list": [' * 5_000 + b"]}" * 5_000,
    "a class": b'{"exec": ["1"]}',
    "two kinds": b'{"list": [], "dict": []}',
    "a tensor that is not there": b'{"tensor": [7, []]}',
    "no JSON": b"\xff\x00",
    "a list as a key": b'{"dict": [[{"list": []}, 1]]}',
    "a complex of words": b'{"complex": ["a", "b"]}',
    "a number of 5,000 digits": b"1" * 5_000,
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_message_that_breaks_a_bound_is_no_message(name):
    with pytest.raises(EOFError):
        read_message(raw(BOMBS[name]))


def test_lengths_are_believed_only_below_the_bound():
    with pytest.raises(EOFError, match="at most 67,108,864 bytes, got 1,099,511,627,776"):
        read_message(io.BytesIO(codec.LENGTHS.pack(2**40, 0)))
    with pytest.raises(EOFError, match="the other side has ended"):
        read_message(io.BytesIO(codec.LENGTHS.pack(9, 0) + b"1"))


def test_no_tensor_is_larger_than_its_bytes():
    header = json.dumps({"0": {"dtype": "F32", "shape": [10**6, 10**6], "data_offsets": [0, 4]}}).encode()
    with pytest.raises(EOFError):
        read_message(raw(b'{"tensor": [0, [0, 1]]}', len(header).to_bytes(8, "little") + header + bytes(4)))


def test_a_range_is_counted_before_somebody_walks_through_it():
    assert sent(range(3 * 10**8)) == Unknown("range")
    assert sent(range(10**5)) == range(10**5)


def test_a_value_that_is_too_large_is_refused_where_it_is_written(monkeypatch):
    monkeypatch.setattr(codec, "MOST_PARTS", 99)
    monkeypatch.setattr(codec, "MOST_BYTES", 9_999)
    with pytest.raises(CourseError, match="parts"):
        write_message(io.BytesIO(), [[]] * codec.MOST_PARTS)
    assert sent([[[]] * (codec.MOST_PARTS + 1), 5]) == [Unknown("list"), 5]
    with pytest.raises(CourseError, match="bytes"):
        write_message(io.BytesIO(), "x" * (codec.MOST_BYTES + 1))
