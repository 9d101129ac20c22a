"""A GGUF file gives the model that transformers has, in every quantization; what ours would not compute is refused."""

import tracemalloc
from types import SimpleNamespace

import gguf
import numpy as np
import pytest
import torch
import transformers
from gguf import GGMLQuantizationType as Kind

from course_lib.errors import CourseError
from course_lib.nn import LinearScaling, Llama3Scaling, Rotary, YarnScaling
from course_lib.workshop.convert import HubCheckpoint, open_checkpoint
from course_lib.workshop.convert.folder import HubConfig
from course_lib.workshop.convert.gguf_config import gguf_config
from course_lib.workshop.convert.gguf_file import PIECE, GgufFile, UnpackedTensors
from tests.parity import B, V, assert_near
from tests.workshop.convert.gguf_files import (
    ARCHITECTURES,
    WORDS,
    random_blocks,
    settings_of,
    tensors_of,
    twin,
    write,
    written,
)
from tests.workshop.convert.hugging_face import NEAR, random_tokens
from tests.workshop.convert.llm_twins import T, saved

WRITABLE = ["F16", "BF16", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0"]
BLOCKS = ["Q2_K", "Q3_K", "Q4_K", "Q5_K", "Q6_K", "TQ1_0", "TQ2_0", "MXFP4", "IQ1_S", "IQ1_M", "IQ2_XXS", "IQ2_XS"]
BLOCKS += ["IQ2_S", "IQ3_XXS", "IQ3_S", "IQ4_NL", "IQ4_XS"]
each_family = pytest.mark.parametrize("family", ARCHITECTURES)
WIDE = {"hidden_size": 256, "intermediate_size": 256, "num_attention_heads": 4, "head_dim": 64, "num_hidden_layers": 1}


@pytest.fixture
def tokens():
    return random_tokens(B, T, V, padding=0)


@each_family
@torch.no_grad()
def test_logits_are_those_of_the_model_that_was_written_and_of_its_safetensors(family, tokens, tmp_path):
    theirs = twin(family)
    ours = open_checkpoint(written(tmp_path / "it.gguf", family, theirs)).model()
    assert_near(ours(tokens), theirs(tokens).logits, NEAR)
    assert_near(ours(tokens), HubCheckpoint(saved(theirs, tmp_path)).model()(tokens), NEAR)


@pytest.mark.parametrize("family", ["llama", "qwen2", "qwen3", "gemma2", "gemma3_text"])
@torch.no_grad()
def test_transformers_makes_the_same_of_the_file(family, tokens, tmp_path):
    path = written(tmp_path / "it.gguf", family, twin(family))
    assert_near(open_checkpoint(path).model()(tokens), by_transformers(path)(tokens).logits, NEAR)


def by_transformers(path):
    """The model that transformers makes of a file."""
    model = transformers.AutoModelForCausalLM.from_pretrained(path.parent, gguf_file=path.name, dtype=torch.float32)
    return model.eval()


@pytest.mark.parametrize("name", [*WRITABLE, *BLOCKS])
def test_each_quantization_is_undone_as_the_package_does_it_whatever_is_read_at_a_time(name, tmp_path, monkeypatch):
    kind = Kind[name]
    packed = random_blocks(kind, rows=19, columns=512)
    path = write(tmp_path / "it.gguf", {"general.architecture": "llama"}, {"w": packed}, {"w": kind})
    expected = torch.from_numpy(np.array(gguf.dequantize(packed, kind)))
    assert torch.equal(UnpackedTensors(GgufFile(path))["w"], expected)
    monkeypatch.setattr("course_lib.workshop.convert.gguf_file.PIECE", 7 * 512)
    assert torch.equal(UnpackedTensors(GgufFile(path))["w"], expected)
    assert torch.equal(UnpackedTensors(GgufFile(path), torch.float16)["w"], expected.half())


@pytest.mark.slow
@pytest.mark.parametrize("name", [*WRITABLE, *BLOCKS])
@torch.no_grad()
def test_a_model_in_each_quantization_has_the_logits_of_transformers(name, tokens, tmp_path):
    theirs = twin("llama", **WIDE, vocab_size=V)
    tensors, kind = tensors_of("llama", theirs), Kind[name]
    kinds = {key: kind for key, tensor in tensors.items() if tensor.ndim > 1}
    tensors |= {key: random_blocks(kind, *tensors[key].shape) for key in kinds}
    path = write(tmp_path / "it.gguf", settings_of("llama", theirs.config) | WORDS, tensors, kinds)
    assert_near(open_checkpoint(path).model()(tokens), by_transformers(path)(tokens).logits, NEAR)


def test_a_quantization_that_the_package_cannot_undo_is_named(tmp_path):
    packed = np.zeros((3, 40 * 8), np.uint8)
    path = write(tmp_path / "it.gguf", {"general.architecture": "llama"}, {"w": packed}, {"w": Kind.Q8_1})
    with pytest.raises(CourseError, match="w: Dequantization for Q8_1 is not yet implemented"):
        UnpackedTensors(GgufFile(path))["w"]


def test_a_large_matrix_takes_little_memory_beside_itself(tmp_path):
    packed = np.zeros((2048, 2048 // 32 * 18), np.uint8)
    path = write(tmp_path / "it.gguf", {"general.architecture": "llama"}, {"w": packed}, {"w": Kind.Q4_0})
    tensors = UnpackedTensors(GgufFile(path), torch.float16)
    tracemalloc.start()  # which sees numpy's memory, and not that of torch's result
    try:
        assert tensors["w"].shape == (2048, 2048)
        assert tracemalloc.get_traced_memory()[1] < 4 * 4 * PIECE < 2048 * 2048 * 8
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_weights_may_be_kept_in_16_bits_and_norms_are_exact(dtype, tmp_path):
    checkpoint = open_checkpoint(written(tmp_path / "it.gguf", "gemma3_text", twin("gemma3_text")))
    single, half = checkpoint.model().state_dict(), checkpoint.model(dtype).state_dict()
    for name, tensor in single.items():
        expected = tensor if "norm" in name else tensor.to(dtype)
        assert torch.equal(half[name], expected)


@pytest.mark.parametrize(("store", "dtype"), [("F32", "float32"), ("F16", "float16"), ("BF16", "bfloat16")])
def test_what_a_file_is_stored_in_is_told(store, dtype, tmp_path):
    path = written(tmp_path / "it.gguf", "llama", twin("llama"), Kind[store])
    assert open_checkpoint(path).dtype == getattr(torch, dtype)


ROPE = {
    "linear": ({"rope.scaling.type": "linear", "rope.scaling.factor": 4.0}, LinearScaling(factor=4.0)),
    "yarn": (
        {"rope.scaling.type": "yarn", "rope.scaling.factor": 4.0, "rope.scaling.original_context_length": 16},
        YarnScaling(factor=4.0, original_length=16),
    ),
    "none": ({"rope.scaling.type": "none", "rope.scaling.factor": 1.0}, None),
}


def changed(path, family="llama", changes=(), tensors=(), **sizes):
    """The path, after a file was written whose settings, or tensors, are changed; None takes one away."""
    theirs = twin(family, **sizes)
    prefix = ARCHITECTURES[family][0]
    settings = settings_of(family, theirs.config) | WORDS
    for key, value in dict(changes).items():
        settings[key if key in settings else f"{prefix}.{key}"] = value
    everything = tensors_of(family, theirs) | dict(tensors)
    there = ({name: value for name, value in part.items() if value is not None} for part in (settings, everything))
    return write(path, *there)


@pytest.mark.parametrize("name", ROPE)
def test_rope_is_stretched_as_the_file_says(name, tmp_path):
    changes, expected = ROPE[name]
    path = changed(tmp_path / "it.gguf", "qwen2", changes)
    assert open_checkpoint(path).model().config.rope_scaling == expected


def test_a_llama_of_3_1_has_factors_for_its_frequencies(tmp_path):
    scaling = Llama3Scaling(factor=8.0, original_length=8192)
    frequencies = Rotary(64, 5e5).frequencies
    factors = (frequencies / scaling(frequencies, None)).float().numpy()
    wide, base = WIDE | {"hidden_size": 24}, {"rope.freq_base": 5e5}
    path = changed(tmp_path / "it.gguf", "llama", base, {"rope_freqs.weight": factors}, **wide)
    assert open_checkpoint(path).model().config.rope_scaling == scaling
    for wrong in (factors * 1.001, factors[1:]):
        changed(path, "llama", base, {"rope_freqs.weight": wrong}, **wide)
        refuses(path, "rope_freqs.weight stretches RoPE as none of our scalings does")


@pytest.mark.parametrize(("family", "layers"), [("gemma2", 46), ("gemma3_text", 62)])
def test_scores_of_the_largest_gemmas_are_divided_by_another_width(family, layers):
    theirs = twin(family, hidden_size=48, num_attention_heads=4, head_dim=8)
    for count, expected in ((layers, 12), (layers - 1, 8)):
        theirs.config.num_hidden_layers = count
        tensors = {"token_embd.weight": 0} | {f"blk.{i}.ffn_up.weight": 0 for i in range(count)}
        settings = HubConfig(settings_of(family, theirs.config))
        file = SimpleNamespace(settings=settings, stored=tensors, shape=lambda name: (V, 48))
        assert gguf_config(file)["query_pre_attn_scalar"] == expected


@pytest.mark.parametrize("pattern", [3, [True, True, False, True, True, False, True]])
def test_which_layers_have_a_window_may_be_said(pattern, tmp_path):
    path = changed(tmp_path / "it.gguf", "gemma3_text", {"attention.sliding_window_pattern": pattern})
    assert open_checkpoint(path).model().config.window_sizes == (5, 5, None, 5, 5, None, 5)


def refuses(path, message):
    with pytest.raises(CourseError, match=message):
        open_checkpoint(path).model()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"general.architecture": "mamba"}, "unknown architecture 'mamba'; an Llm can be llama, "),
        ({"expert_count": 8}, "our Llm has nothing for the file's llama.expert_count = 8"),
        ({"rope.dimension_count": 4}, r"one width for keys, values and RoPE, the file has \[4, 10\]"),
        ({"attention.value_length": 4}, "one width for keys, values and RoPE"),
        ({"rope.scaling.type": "longrope", "rope.scaling.factor": 2.0}, "unknown RoPE type 'longrope'"),
        ({"block_count": 2**31}, "says that it has 2147483648 layers, there are tensors of 3"),
        ({"feed_forward_length": [13, 13, 13]}, r"feed_forward_length should be a number above 0, got \[13"),
        ({"embedding_length": 2**30}, "should have the shape|can't be made"),
        ({"context_length": "long"}, "context_length should be a number"),
        ({"block_count": None}, "config has no block_count"),
    ],
)
def test_what_ours_would_not_compute_is_refused_with_the_reason(changes, message, tmp_path):
    refuses(changed(tmp_path / "it.gguf", changes=changes), message)


@pytest.mark.parametrize(
    ("tensors", "message"),
    [
        ({"blk.1.attn_q.weight": None}, r"has no tensor blk\.1\.attn_q\.weight"),
        ({"token_embd.weight": None}, r"has no tensor token_embd\.weight"),
        ({"blk.0.attn_q.bias": np.zeros(60, np.float32)}, r"our Llm has no place for blk\.0\.attn_q\.bias"),
        ({"blk.2.ffn_norm.weight": np.ones(29, np.float32)}, r"blk\.2\.ffn_norm\.weight should have the shape"),
        ({"output_norm.weight": np.full(30, np.nan, np.float32)}, r"output_norm\.weight contains NaN or infinity"),
    ],
)
def test_a_tensor_that_is_missing_unknown_misshapen_or_not_finite_is_named(tensors, message, tmp_path):
    refuses(changed(tmp_path / "it.gguf", tensors=tensors), message)
