"""However a text is read, the logits are the same: cut, cached, padded on either side, one token at a time, fused."""

import pytest
import torch

from course_lib.data import predict_next
from course_lib.generation import complete
from course_lib.models import (
    AttentionMixer,
    DeltaMixer,
    Experts,
    LatentMixer,
    LinearMixer,
    LlmConfig,
    NoPEMixer,
    SharedKVMixer,
    load_model,
    save_model,
)
from course_lib.models.store import ARCHITECTURES
from course_lib.objectives import TokenPrediction, WithAuxiliary
from course_lib.workshop.fast import compiled_layer, fuse, packed_linear
from tests.models import kept
from tests.models.one_way import WAYS, assert_every_way_of_reading_is_the_same
from tests.models.strangers import Alibi, WideLlm
from tests.models.tiny import LLM_SIZES, tiny_gpt, tiny_llm
from tests.parity import V, shake
from tests.toys import toy_tokenizer

WINDOWS = {"window_sizes": (3, None, 5)}
EXPERTS = {"experts": Experts(num_experts=5, num_active=2)}
DELTA = DeltaMixer(num_heads=6, d_key=5, d_value=7, num_key_heads=3)
LATENT = LatentMixer(d_latent=7, d_content=5, d_value=3, d_query=13)
MIXERS = {
    "shared": (NoPEMixer(), SharedKVMixer(layer=0), SharedKVMixer(layer=0)),
    "latent": (LATENT, AttentionMixer(), LATENT),
    "delta": (DELTA,) * 3,
    "hybrid": (DELTA, LinearMixer(), AttentionMixer()),
}


def stranger(kind, **changes):
    return shake(kind(LlmConfig(**(LLM_SIZES | {"max_length": 97} | changes)))).eval()


def mixed(name, **changes):
    return tiny_llm(mixers=MIXERS[name], **{"max_length": 97} | changes)


MODELS = {
    "llm": lambda: tiny_llm(max_length=97),
    "llm with windows": lambda: tiny_llm(max_length=97, **WINDOWS),
    "llm with a window of 1 and caps": lambda: tiny_llm(max_length=97, window_sizes=(1, 2, None), score_cap=2.0),
    "gpt": lambda: tiny_gpt(max_length=97),
    "alibi": lambda: stranger(Alibi),
    "alibi with windows": lambda: stranger(Alibi, **WINDOWS),
    "alibi with windows and caps": lambda: stranger(Alibi, score_cap=2.0, **WINDOWS),
    "experts": lambda: tiny_llm(max_length=97, **EXPERTS, **WINDOWS),
    "wide values": lambda: stranger(WideLlm, qkv_bias=True, **WINDOWS),
    "shared": lambda: mixed("shared", qk_norm=True, window_sizes=(3, 3, 3)),
    "latent": lambda: mixed("latent", **WINDOWS),
    "delta": lambda: mixed("delta"),
    "hybrid of experts": lambda: mixed("hybrid", **EXPERTS),
}

READERS = [  # the first two have each choice once
    pytest.param(False, "left", id="plain-left"),
    pytest.param(True, "right", id="fused-right"),
    pytest.param(False, "right", id="plain-right", marks=pytest.mark.slow),
    pytest.param(True, "left", id="fused-left", marks=pytest.mark.slow),
]


@pytest.fixture(autouse=True)
def float64(shapes_unchecked):
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


@pytest.mark.parametrize("cuts", WAYS.values(), ids=WAYS.keys())
@pytest.mark.parametrize(("fused", "side"), READERS)
@pytest.mark.parametrize("make", MODELS.values(), ids=MODELS.keys())
def test_every_way_of_reading_gives_the_logits_of_each_text_alone(make, fused, side, cuts):
    model = make()
    assert_every_way_of_reading_is_the_same(model, fuse(model) if fused else model, side, cuts)


@pytest.fixture
def float32(float64):
    torch.set_default_dtype(torch.float32)


def test_packed_experts_read_as_unpacked_ones_though_some_get_no_token(float32):
    keep, tolerance = kept.KINDS["8 bits"]
    made = keep(kept.new_llm("attention", {"experts": Experts(num_experts=13, num_active=1)}))
    for reader in (made.model, made):
        assert_every_way_of_reading_is_the_same(kept.unpacked(made.model), reader, "left", WAYS["in pieces"], tolerance)


@pytest.mark.slow
@pytest.mark.parametrize("mixer", kept.MIXERS)
@pytest.mark.parametrize("kind", kept.KINDS)
def test_however_a_model_is_kept_every_choice_reads_as_with_its_weights_in_float64(kind, mixer, float32, monkeypatch):
    keep, tolerance = kept.KINDS[kind]
    if kind == "float32":
        monkeypatch.setattr(compiled_layer, "SMALL", 1)  # all matrices are read by loops
    if kind == "4 bits, as for many":
        monkeypatch.setattr(packed_linear, "MANY", 0)
    num_active = 2 if tolerance < 1e-4 else 5  # near is not enough to choose the same experts
    for choices in kept.choices_with(mixer, num_active):
        with kept.noted(choices):
            made = keep(kept.new_llm(mixer, choices))
            plain = kept.unpacked(made.model)
            assert_every_way_of_reading_is_the_same(plain, made, "left", WAYS["in pieces"], tolerance)


@pytest.mark.parametrize("make", [MODELS["llm with windows"], MODELS["alibi with windows"]])
@torch.no_grad()
def test_positions_with_gaps_are_read_one_by_one_as_at_once(make):
    model, tokens = make(), torch.randint(1, V, (2, 7))
    positions = torch.tensor([[0, 1, 5, 6, 9, 10, 14], [3, 7, 8, 9, 17, 18, 19]])
    cache = model.new_cache()
    steps = zip(tokens.split(1, dim=1), positions.split(1, dim=1), strict=True)
    read = [model(token, position, cache=cache) for token, position in steps]
    torch.testing.assert_close(torch.cat(read, dim=1), model(tokens, positions), rtol=0, atol=1e-10)


@torch.no_grad()
def test_alibi_sees_how_far_apart_tokens_are_and_nothing_else():
    model, tokens = stranger(Alibi), torch.randint(1, V, (1, 7))
    positions = torch.arange(7)[None]
    torch.testing.assert_close(model(tokens, positions + 50), model(tokens), rtol=0, atol=1e-10)
    assert not torch.isclose(model(tokens, 2 * positions), model(tokens))[:, 1:].all()


def test_experts_that_are_handed_in_are_trained_evenly_with_an_auxiliary_loss():
    batch = predict_next([[3, 5, 7, 2, 9], [4, 6, 11]])

    def load_balancing_loss(weight):
        torch.manual_seed(0)
        model = tiny_llm(**EXPERTS).train()
        objective = WithAuxiliary(TokenPrediction(), weight)
        optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
        for _ in range(40):
            objective(model, batch).mean.backward()
            optimizer.step()
            optimizer.zero_grad()
        wanted = sum(layer.feed_forward.auxiliary_loss.item() for layer in model.layers)
        return wanted, objective(model.eval(), batch).mean.item()

    (balanced, loss), (left_alone, alone) = load_balancing_loss(1.0), load_balancing_loss(0.0)
    assert balanced < left_alone
    assert loss < 2.0
    assert alone < 2.0


@pytest.mark.parametrize("kind", [Alibi, WideLlm])
def test_a_stranger_is_saved_and_loaded_and_writes_the_same_packed(kind, tmp_path, monkeypatch):
    model = stranger(kind, vocab_size=len(toy_tokenizer()))
    save_model(model, tmp_path, toy_tokenizer())
    monkeypatch.setitem(ARCHITECTURES, kind.__name__, (kind, LlmConfig, type(toy_tokenizer())))
    loaded, _ = load_model(tmp_path)
    prompts = [[3, 5, 7, 2], [4, 6]]
    expected = complete(prompts, model, end_id=-1, max_new_tokens=9)
    assert complete(prompts, loaded, end_id=-1, max_new_tokens=9) == expected
    assert complete(prompts, fuse(loaded), end_id=-1, max_new_tokens=9) == expected
