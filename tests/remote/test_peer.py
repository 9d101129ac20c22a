"""A function of another process is called as if it were here: values, errors, gradients, and what is written into."""

import copy

import numpy as np
import pytest
import torch
from torch import nn

from course_lib.nn import split_heads
from course_lib.remote import Gone, Raised, Stub, in_words
from tests.remote.two_sides import connected

VALUES = [
    None, True, 7, 2**80, 0.5, float("inf"), "ação", "\ud800", (1, (2, "x")), [1, [2]], {3: {"a": None}}, {1, 2},
    frozenset({"a"}), range(2, 9, 3), ..., 1 + 2j,
]  # fmt: skip


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_plain_values_come_back_as_they_went(value):
    with connected(same=lambda x: x) as peer:
        back = peer.call("same", value)
    assert back == value
    assert type(back) is type(value)


@pytest.mark.parametrize("kind", [torch.float32, torch.float64, torch.bfloat16, torch.int64, torch.bool])
def test_tensors_come_back_bit_for_bit_and_lie_as_they_lay(kind):
    x = torch.arange(30).view(5, 3, 2).to(kind).transpose(0, 2)
    with connected(same=lambda x: x.clone(), lies=lambda x: x.stride()) as peer:
        assert peer.call("same", x).equal(x)
        assert peer.call("same", x).dtype == kind
        assert peer.call("lies", x) == x.stride()
        assert peer.call("same", torch.empty(0, 3)).shape == (0, 3)


def test_what_is_not_plain_arrives_as_the_nearest_plain_thing():
    with connected(same=lambda x: x, values=lambda: {"a": 1}.values(), strings=lambda: np.array(["x"])) as peer:
        assert (peer.call("same", np.arange(6.0).reshape(2, 3).T) == np.arange(6.0).reshape(2, 3).T).all()
        assert peer.call("values") == [1]
        assert peer.call("strings") == ["x"]
        assert peer.call("same", np.float32(0.5)) == 0.5


def test_functions_stay_where_they_are_and_can_be_called_from_both_sides():
    with connected(twice=lambda f: lambda x: f(f(x))) as peer:
        add = lambda x: x + 3  # noqa: E731
        twice = peer.call("twice", add)
        assert isinstance(twice, Stub)
        assert twice(torch.zeros(2)).tolist() == [6, 6]


def test_a_function_of_the_students_says_where_it_is_from_and_one_of_the_graders_does_not():
    def centred():
        pass

    with connected(mine=lambda: split_heads, look=lambda f: getattr(f, "__name__", None)) as peer:
        assert (peer.call("mine").__name__, peer.call("mine").__module__) == ("split_heads", "course_lib.nn.attention")
        assert peer.call("look", centred) is None


def test_an_error_arrives_with_the_line_of_who_wrote_it():
    def answer(x):
        return x.no_such

    with connected(answer=answer, leaves=lambda: exit(3), passes=lambda f: f()) as peer:
        with pytest.raises(Raised) as found:
            peer.call("answer", 3)
        assert in_words(found.value).startswith(
            "your code raises AttributeError: 'int' object has no attribute 'no_such'"
        )
        assert in_words(found.value).endswith(", in the line `return x.no_such`")
        with pytest.raises(Raised, match="SystemExit: 3"):
            peer.call("leaves")
        with pytest.raises(Raised, match="ZeroDivisionError"):
            peer.call("passes", lambda: 1 / 0)
        assert peer.call("passes", lambda: 5) == 5


def test_what_holds_itself_is_an_error_and_no_end():
    endless = []
    endless.append(endless)
    with connected(endless=lambda: endless) as peer, pytest.raises(Raised, match="holds itself"):
        peer.call("endless")


def test_both_sides_see_what_is_written_into_an_argument_even_later():
    def watch(kept):
        def step(x):
            kept.append(x)
            x.mul_(2)

        return step

    with connected(watch=watch, fill=lambda box, put: put(box) or box["x"]) as peer:
        kept, x = [], torch.ones(3)
        peer.call("watch", kept)(x)
        assert kept[0] is x
        assert x.tolist() == [2, 2, 2]
        assert peer.call("fill", {}, lambda box: box.update(x=7)) == 7


def test_a_module_is_shared_and_computes_on_both_sides():
    def train(model, x):
        nn.init.ones_(model[0].weight)
        model[0].requires_grad_(False)
        return model, model(x)

    torch.manual_seed(0)
    x = torch.randn(2, 3)
    for model in (nn.Sequential(nn.Linear(3, 5), nn.GELU()), nn.Sequential(nn.TransformerEncoderLayer(3, 1, 7, 0.0))):
        model.eval()
        with connected(model=lambda m, x: m(x), train=train, copied=lambda m: copy.deepcopy(m)) as peer:
            assert torch.allclose(peer.call("model", model, x), model(x), atol=1e-6)
            if isinstance(model[0], nn.Linear):
                back, output = peer.call("train", model, x)
                assert back is model
                assert model[0].weight.eq(1).all()
                assert not model[0].weight.requires_grad
                assert torch.allclose(output, model(x), atol=1e-6)
            other = peer.call("copied", model)
            assert other.state_dict().keys() == model.state_dict().keys()


def test_gradients_find_their_way_through_a_function_of_the_other_side():
    slopes = lambda f, x: torch.autograd.functional.jacobian(f, x)  # noqa: E731
    x = torch.randn(3, 2)
    with connected(slopes=slopes) as peer:
        for function in (torch.sin, lambda x: x.cumsum(0) / x.norm(), torch.zeros_like):
            assert torch.allclose(peer.call("slopes", function, x), slopes(function, x), atol=1e-6)


def test_a_student_reads_no_more_than_public_attributes_of_what_is_open():
    with connected(get=lambda thing, name: getattr(thing, name)) as peer:
        for name in ("__globals__", "__code__", "__closure__", "real"):
            with pytest.raises(Raised):
                peer.call("get", connected, name)


def test_a_side_that_ends_is_gone_and_not_waited_for():
    with connected() as peer:
        peer.writes.write(b"x" * 99)
        peer.writes.flush()
        with pytest.raises(Gone):
            peer.call("anything")


def test_who_was_ended_is_gone_for_what_is_still_to_be_said():
    with connected(same=lambda x: x) as peer, pytest.raises(Gone):
        peer.writes.close()
        peer.call("same", 3)
