"""What an `Llm` may have in the place of attention: each layer its own, told by the config alone."""

import pytest
import torch

from course_lib.errors import CourseError
from course_lib.models import (
    AttentionMixer,
    DeltaMixer,
    Experts,
    LatentMixer,
    LinearMixer,
    NoPEMixer,
    SharedKVMixer,
    load_model,
    save_model,
)
from tests.models.tiny import tiny_llm
from tests.parity import B, T, assert_near
from tests.toys import toy_tokenizer

TOKENS = torch.tensor([[1, 9, 8, 3, 3], [1, 16, 5, 7, 2]])
PLAIN, DELTA = AttentionMixer(), DeltaMixer(num_heads=3, d_key=5, d_value=7)
LATENT = LatentMixer(d_latent=7, d_content=5)
each_mixer = pytest.mark.parametrize(
    "mixer", [NoPEMixer(), SharedKVMixer(layer=0), LATENT, LinearMixer(), DELTA], ids=lambda mixer: mixer.kind
)


def test_plain_attention_in_every_layer_is_what_there_is_without_mixers():
    model = tiny_llm()
    named = tiny_llm(mixers=(PLAIN,) * 3)
    named.load_state_dict(model.state_dict())
    assert torch.equal(named(TOKENS), model(TOKENS))


@each_mixer
def test_each_mixer_can_be_saved_and_loaded(mixer, tmp_path):
    model = tiny_llm(
        vocab_size=len(toy_tokenizer()), mixers=(PLAIN, mixer, PLAIN), experts=Experts(num_experts=3, num_active=2)
    )
    save_model(model, tmp_path, toy_tokenizer())
    loaded, _ = load_model(tmp_path)
    assert loaded.config == model.config
    assert torch.equal(loaded(TOKENS), model(TOKENS))


@each_mixer
def test_a_token_changes_nothing_before_it(mixer):
    model, other = tiny_llm(mixers=(PLAIN, mixer, PLAIN)), TOKENS.clone()
    other[:, 3] += 1
    difference = (model(TOKENS) - model(other)).abs().amax(dim=(0, 2))
    assert difference[:3].max() < 1e-6
    assert difference[3:].min() > 1e-4


@each_mixer
@pytest.mark.parametrize("first", [PLAIN, NoPEMixer()], ids=lambda mixer: mixer.kind)
def test_only_the_distances_of_positions_count(mixer, first):
    model = tiny_llm(mixers=(first, mixer, PLAIN)).double()
    positions = torch.arange(TOKENS.shape[1]).expand_as(TOKENS)
    assert_near(model(TOKENS, positions + 9), model(TOKENS, positions), 1e-12)


@each_mixer
def test_every_parameter_learns(mixer):
    model = tiny_llm(mixers=(PLAIN, mixer, PLAIN))
    model(TOKENS).square().sum().backward()
    assert [name for name, p in model.named_parameters() if p.grad is None or not p.grad.any()] == []


def test_layers_that_turn_nothing_do_not_know_where_a_text_begins():
    model = tiny_llm(mixers=(NoPEMixer(),) * 3)
    assert_near(model(TOKENS, torch.arange(T).expand(B, T) + 50), model(TOKENS), 1e-6)
    apart = 2 * torch.arange(T).expand(B, T)
    assert_near(model(TOKENS, apart), model(TOKENS), 1e-6)
    assert not torch.allclose(tiny_llm()(TOKENS, apart), tiny_llm()(TOKENS))


@torch.no_grad()
def test_layers_that_share_keep_nothing_of_their_own():
    alone, shared = tiny_llm(), tiny_llm(mixers=(PLAIN, SharedKVMixer(layer=0), SharedKVMixer(layer=0)))
    sizes = []
    for model in (alone, shared):
        cache = model.new_cache()
        model(TOKENS, cache=cache)
        sizes.append(sum(layer.nbytes for layer in cache.layers))
    assert sizes[0] == 3 * sizes[1] > 0


@torch.no_grad()
def test_a_model_of_memories_keeps_the_same_whatever_it_has_read():
    model, sizes = tiny_llm(mixers=(DELTA, LinearMixer(), DELTA)), set()
    cache = model.new_cache()
    for _ in range(4):
        model(TOKENS, cache=cache)
        sizes.add(sum(layer.nbytes for layer in cache.layers))
    assert len(sizes) == 1
    assert len(cache) == 4 * T
    assert cache._parts == []


@pytest.mark.parametrize("mixer", [LinearMixer(), DELTA])
def test_several_texts_in_a_row_are_refused_by_a_memory(mixer):
    model = tiny_llm(mixers=(PLAIN, mixer, PLAIN))
    with pytest.raises(CourseError, match="can't be used with a recurrent layer, which has one state per batch row"):
        model(TOKENS, segments=torch.ones_like(TOKENS))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"experts": 8}, "experts must be None or an instance of Experts, got 8"),
        ({"mixers": (PLAIN,)}, "mixers must have 3 entries, one per layer, got 1"),
        (
            {"mixers": (PLAIN, "linear", PLAIN)},
            "a mixer must be an instance of a class in course_lib.models.mixers, got 'linear'",
        ),
        (
            {"mixers": (PLAIN, DELTA, PLAIN), "window_sizes": (None, 3, None)},
            "layer 1 can't have a window, because it is recurrent, got a window of 3",
        ),
        ({"mixers": (SharedKVMixer(layer=0), PLAIN, PLAIN)}, "layer 0 can't share the keys and values of layer 0"),
        ({"mixers": (PLAIN, SharedKVMixer(layer=2), PLAIN)}, "layer 1 can't share the keys and values of layer 2"),
        ({"mixers": (DELTA, SharedKVMixer(layer=0), PLAIN)}, "layer 1 can't share the keys and values of layer 0"),
        (
            {"mixers": (PLAIN, SharedKVMixer(layer=0), SharedKVMixer(layer=1))},
            "layer 2 can't share the keys and values of layer 1",
        ),
        ({"mixers": (PLAIN, SharedKVMixer(layer=0), PLAIN), "window_sizes": (None, 3, None)}, "and the same window"),
    ],
)
def test_mixers_that_cannot_be_there_are_refused(changes, message, shapes_unchecked):
    with pytest.raises(CourseError, match=message):
        tiny_llm(**changes)


def test_a_damaged_mixer_in_a_file_is_refused_by_name(tmp_path):
    model = tiny_llm(vocab_size=len(toy_tokenizer()), mixers=(PLAIN, DELTA, PLAIN))
    save_model(model, tmp_path, toy_tokenizer())
    path = tmp_path / "config.json"
    path.write_text(path.read_text().replace('"delta"', '"mamba"'))
    with pytest.raises(
        CourseError, match="the kind of mixers must be one of attention, nope, shared_kv, .* got 'mamba'"
    ):
        load_model(tmp_path)
