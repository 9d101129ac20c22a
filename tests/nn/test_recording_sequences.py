"""Maps of one sequence: the same however it was decoded, and refused where several were recorded, or none."""

from functools import partial
from itertools import pairwise

import pytest
import torch

from course_lib.errors import CourseError
from course_lib.models import Gpt
from course_lib.nn import AttentionMaps, record_attention
from tests.models.tiny import tiny_gpt, tiny_t5
from tests.nn.test_kv_cache import FEWER_CUTS, LENGTH
from tests.nn.test_recording import MODELS, SOURCE, TARGET, each_model
from tests.parity import B, H, S, T, V, assert_near
from tests.toys import tiny_translator


def decode(model, cuts):
    """Run a model over a sequence in pieces, with caches; returns nothing, it is watched."""
    target = torch.arange(B * LENGTH).view(B, LENGTH) % V
    if isinstance(model, Gpt):
        read = partial(model, cache=model.new_cache())
    else:
        read = partial(model.decoder, cache=model.new_cache(SOURCE))
    for a, b in pairwise(cuts):
        read(target[:, a:b])


@pytest.mark.parametrize("make_model", [tiny_gpt, tiny_t5, tiny_translator])
def test_every_cut_gives_the_maps_of_the_whole(make_model):
    model = make_model()
    with record_attention(model) as whole:
        decode(model, (0, LENGTH))
    for cuts in FEWER_CUTS:
        with record_attention(model) as maps:
            decode(model, cuts)
        assert maps.kinds == whole.kinds
        for kind in whole.kinds:
            for part in (AttentionMaps.weights, AttentionMaps.queries, AttentionMaps.keys):
                assert_near(part(maps, kind), part(whole, kind), 1e-6)
            assert torch.equal(maps.rows(kind), whole.rows(kind))
            assert torch.equal(maps.columns(kind), whole.columns(kind))


def ask_everything(maps, kind):
    """Each way to read the maps, as functions to call."""
    parts = (maps.weights, maps.queries, maps.keys, maps.rows, maps.columns)
    return [partial(part, kind) for part in parts]


def twice(model, *inputs):
    model(*inputs)
    model(*inputs)


def two_sources(model, source, target):
    """The second time, only the source is another one."""
    model(source, target)
    model(source.flip(0), target)


def without_a_cache(model, *inputs):
    """Decoding that computes everything again for each new token."""
    *source, target = inputs
    for length in range(1, T):
        model(*source, target[:, :length])


def beams(model, source, target):
    """Decoding where the rows change places on the way."""
    cache = model.new_cache(source)
    model.decoder(target[:, :2], cache=cache)
    cache.select(torch.tensor([1, 0]))
    model.decoder(target[:, 2:], cache=cache)


@pytest.mark.parametrize(
    ("run", "make_model", "inputs"),
    [
        *((twice, *model) for model in MODELS.values()),
        (two_sources, tiny_translator, (SOURCE, TARGET)),
        (without_a_cache, tiny_translator, (SOURCE, TARGET)),
        (without_a_cache, tiny_gpt, (TARGET,)),
        (beams, tiny_t5, (SOURCE, TARGET)),
    ],
)
def test_several_sequences_recorded_together_are_refused(run, make_model, inputs):
    model = make_model()
    with record_attention(model) as maps:
        run(model, *inputs)
    assert maps.kinds
    for kind in maps.kinds:
        for ask in ask_everything(maps, kind):
            with pytest.raises(CourseError, match="several sequences"):
                ask()


@each_model
def test_where_nothing_was_recorded_there_is_nothing_to_see(make_model, inputs):
    with record_attention(make_model()) as maps:
        pass
    assert maps.kinds == []
    for kind in ("encoder", "decoder", "cross", "parrot"):
        for ask in ask_everything(maps, kind):
            with pytest.raises(CourseError, match=rf'must be one that was recorded \(none\), got "{kind}"'):
                ask()


def test_a_kind_that_was_not_recorded_is_answered_with_those_that_were():
    model = tiny_translator()
    with record_attention(model) as maps:
        model.encode(SOURCE)
    assert maps.weights("encoder").shape == (2, B, H, S, S)
    for ask in ask_everything(maps, "cross"):
        with pytest.raises(CourseError, match=r'must be one that was recorded \(encoder\), got "cross"'):
            ask()


def test_tokens_that_were_read_before_the_block_are_missed_by_name():
    model = tiny_translator()
    memory = model.encode(SOURCE)
    with record_attention(model) as maps:
        model.decoder(TARGET, memory)
    assert torch.equal(maps.rows("cross"), TARGET)
    with pytest.raises(CourseError, match="token ids of the encoder must be recorded"):
        maps.columns("cross")
