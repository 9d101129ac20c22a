"""A GGUF file read in few bits: what it says in 4 stays so, all else is near what is unpacked."""

import pytest
import torch
from gguf import GGMLQuantizationType as Kind

from course_lib.workshop.convert import HubCheckpoint, open_checkpoint
from course_lib.workshop.fast import HalfLinear, Int4Linear, Int8Linear, PackedLinear, fuse
from tests.parity import B, V, assert_near
from tests.workshop.convert.gguf_files import twin, written
from tests.workshop.convert.hugging_face import random_tokens
from tests.workshop.convert.llm_twins import T, saved, their_llm

GROUPED = {
    "hidden_size": 64,
    "intermediate_size": 192,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 32,
}
SHARE = 0.15  # of the standard deviation of logits, by which one may be off; up to 0.112 was seen (random weights)
KINDS = {"Q4_0": Int4Linear, "Q4_1": Int4Linear, "Q5_1": Int8Linear, "Q8_0": Int8Linear, "F16": HalfLinear}
ALIKE = "Q4_1", "Q5_1", "F16"  # kept as the others are, or in loops that tests/nn/test_loops.py calls


@pytest.fixture
def tokens():
    return random_tokens(B, T, V, padding=0)


@torch.no_grad()
def assert_near_the_unpacked(checkpoint, tokens, share):
    """A packed model, whole and fused, has nearly the logits of the unpacked one."""
    expected, packed = checkpoint.model(torch.float32)(tokens), checkpoint.packed()
    assert (packed(tokens) - expected).abs().max() < share * expected.std()
    fused, cache = fuse(packed), packed.new_cache()
    logits = torch.cat([fused(part, cache=cache) for part in tokens.split(1, dim=1)], dim=1)
    assert 0 < (logits - expected).abs().max() < share * expected.std()
    return packed


COMPILED = [pytest.param(family, marks=pytest.mark.slow) for family in ("llama", "qwen2")]  # numba takes its time


@pytest.mark.parametrize("family", [*COMPILED, "gemma2"])
@pytest.mark.parametrize("kind", ["Q4_0", "Q8_0", *(pytest.param(kind, marks=pytest.mark.slow) for kind in ALIKE)])
def test_the_logits_are_nearly_those_of_the_unpacked_model(family, kind, tokens, tmp_path):
    sizes = GROUPED | ({"head_dim": 256} if family == "gemma2" else {})
    path = written(tmp_path / "it.gguf", family, twin(family, **sizes), Kind[kind])
    packed = assert_near_the_unpacked(open_checkpoint(path), tokens, SHARE)
    assert isinstance(packed.layers[0].feed_forward.up_proj, KINDS[kind])
    assert not any(type(layer) is torch.nn.Linear for layer in packed.modules())


@pytest.mark.parametrize("kind", ["Q4_0", "Q4_1"])
def test_what_the_file_has_in_4_bits_is_not_rounded_again(kind, tmp_path):
    checkpoint = open_checkpoint(written(tmp_path / "it.gguf", "qwen2", twin("qwen2", **GROUPED), Kind[kind]))
    packed, unpacked = checkpoint.packed().layers[0], checkpoint.model().layers[0]
    for name in ("self_attention.q_proj", "feed_forward.down_proj"):
        ours, expected = packed.get_submodule(name).unpacked(), unpacked.get_submodule(name).weight
        assert_near(ours, expected, 1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("family", ["llama", "qwen2", "mixtral", "qwen3_moe"])
def test_a_checkpoint_of_the_hub_keeps_its_16_bits(family, tokens, tmp_path):
    checkpoint = HubCheckpoint(saved(their_llm(family).bfloat16(), tmp_path))
    packed = assert_near_the_unpacked(checkpoint, tokens, SHARE)
    assert all(isinstance(m, HalfLinear) for m in packed.modules() if isinstance(m, PackedLinear))
    assert packed.output is packed.embedding.table.layer or not packed.config.tied
