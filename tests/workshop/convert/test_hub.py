"""A folder in the layout of the hub is read tensor by tensor, and whatever is wrong with it is named."""

import json
import subprocess
import sys

import pytest
import torch
from safetensors.torch import load_file, save_file

from course_lib.errors import CourseError
from course_lib.files import check_numbers
from course_lib.models import Llm, LlmConfig
from course_lib.workshop.convert import HubCheckpoint, llm_config, llm_to_hugging_face
from tests.parity import B, T, V, assert_near
from tests.workshop.convert import test_bert, test_gpt2, test_t5
from tests.workshop.convert.hugging_face import NEAR, random_tokens
from tests.workshop.convert.llm_twins import saved, their_llm

WEIGHTS, INDEX = "model.safetensors", "model.safetensors.index.json"
SHARDED = {"max_shard_size": "6KB"}
MAKERS = {
    "bert": test_bert.theirs,
    "gpt2": test_gpt2.theirs,
    "t5": test_t5.theirs,
    "llama": lambda: their_llm("llama"),
    "gemma3_text": lambda: their_llm("gemma3_text"),
}


@pytest.fixture
def folder(tmp_path):
    return saved(their_llm("llama"), tmp_path)


@pytest.fixture
def sharded(tmp_path):
    return saved(their_llm("llama"), tmp_path, **SHARDED)


def change(path, **changes):
    """Change entries of a JSON file; None removes one."""
    content = json.loads(path.read_text()) | changes
    path.write_text(json.dumps({name: value for name, value in content.items() if value is not None}))


def refuses(folder, message):
    with pytest.raises(CourseError, match=message):
        HubCheckpoint(folder).model()


@pytest.mark.parametrize("arguments", [{}, SHARDED], ids=["one file", "shards"])
@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS.keys())
@torch.no_grad()
def test_a_folder_of_transformers_gives_a_model_with_its_logits(make, arguments, tmp_path):
    theirs = make()
    converted = HubCheckpoint(saved(theirs, tmp_path, **arguments)).model()
    assert (tmp_path / INDEX).exists() == bool(arguments)
    tokens = random_tokens(B, T, V, padding=0)
    if theirs.config.is_encoder_decoder:
        expected = theirs(input_ids=tokens, decoder_input_ids=tokens.flip(1)).logits
        assert_near(converted(tokens, tokens.flip(1)), expected, NEAR)
    else:
        assert_near(converted(tokens), theirs(tokens).logits, NEAR)


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS.keys())
def test_weights_may_be_kept_in_bfloat16(make, tmp_path):
    model = HubCheckpoint(saved(make(), tmp_path)).model(torch.bfloat16)
    assert next(model.parameters()).dtype == torch.bfloat16
    assert all(parameter.isfinite().all() for parameter in model.parameters())


def test_one_number_that_is_not_finite_is_found_in_a_large_tensor():
    tensor = torch.zeros(2, 2**20 + 3, dtype=torch.bfloat16)
    check_numbers("large", tensor)
    tensor[1, -1] = -torch.inf
    with pytest.raises(CourseError, match="large contains NaN or infinity"):
        check_numbers("large", tensor)


def test_an_output_layer_of_its_own_is_refused_where_the_config_says_tied(folder):
    change(folder / "config.json", tie_word_embeddings=True)
    refuses(folder, r"lm_head\.weight differs from embed_tokens\.weight")


@pytest.mark.parametrize("keep", [0, 7, 300, -1])
def test_a_shard_that_is_cut_short_is_named(keep, sharded):
    shard = sorted(sharded.glob("*.safetensors"))[1]
    shard.write_bytes(shard.read_bytes()[:keep])
    refuses(sharded, f"{shard.name} .* is damaged or not a safetensors file")


def test_a_shard_that_the_index_names_and_that_is_not_there_is_named(sharded):
    shard = sorted(sharded.glob("*.safetensors"))[1]
    shard.unlink()
    refuses(sharded, f"index.json names {shard.name}, which is not in the folder")


def test_an_index_may_not_lead_out_of_the_folder(sharded, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "shard.safetensors"
    sorted(sharded.glob("*.safetensors"))[1].rename(elsewhere)
    change(sharded / INDEX, weight_map={"norm.weight": f"../{elsewhere.parent.name}/{elsewhere.name}"})
    refuses(sharded, f"names ../{elsewhere.parent.name}/shard.safetensors, which is not in the folder")


@pytest.mark.parametrize("content", ["[]", "{}", '{"weight_map": {}}'])
def test_an_index_without_a_map_is_refused(content, sharded):
    (sharded / INDEX).write_text(content)
    refuses(sharded, "index.json has no weight_map")


@pytest.mark.parametrize("name", ["pytorch_model.bin", "model.pt"])
def test_pickles_are_refused_with_what_to_do(name, folder):
    (folder / WEIGHTS).rename(folder / name)
    refuses(folder, rf"only {name}, and a pickle may run any program.*from_pretrained\(FOLDER\)\.save_pretrained")


def test_a_folder_without_weights_is_refused(folder):
    (folder / WEIGHTS).unlink()
    refuses(folder, "has no model.safetensors .no other weights")


@pytest.mark.parametrize(("name", "said"), [("mamba", "'mamba'"), (None, "None")])
def test_an_unknown_architecture_is_named_with_those_we_know(name, said, folder):
    change(folder / "config.json", model_type=name)
    refuses(folder, f"unknown architecture {said}; known: bert, ")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("deepseek_v3", "its router takes sigmoids.*; latent_attention_from_hugging_face reads its attention"),
        ("qwen3_next", "its attention has a gate.*; gated_delta_net_from_hugging_face reads its recurrent layers"),
        ("llama4", "its layers see chunks"),
        ("llama4_text", "its layers see chunks"),
    ],
)
def test_a_model_that_ours_cannot_be_is_refused_with_the_reason(name, reason, folder):
    change(folder / "config.json", model_type=name)
    refuses(folder, f"our Llm can't be a {name}: {reason}")
    with pytest.raises(CourseError, match=reason):
        llm_config({"model_type": name})


@pytest.mark.parametrize("family", ["bert", "gpt2", "t5"])
def test_a_setting_that_is_needed_and_missing_is_named(family, tmp_path):
    saved(MAKERS[family](), tmp_path)
    change(tmp_path / "config.json", vocab_size=None)
    refuses(tmp_path, "config has no vocab_size")


def test_quantized_weights_are_refused(folder):
    change(folder / "config.json", quantization_config={"quant_method": "gptq"})
    refuses(folder, "can only have quantization_config = None, the checkpoint has {'quant_method'")


def test_an_unknown_type_of_rope_is_named(folder):
    change(folder / "config.json", rope_parameters={"rope_type": "spiral", "rope_theta": 10_000.0})
    refuses(folder, "unknown RoPE type 'spiral'")


def test_a_config_that_is_no_object_is_refused(folder):
    (folder / "config.json").write_text("[1, 2]")
    refuses(folder, "should hold an object, got list")


def test_a_folder_without_a_config_is_refused(tmp_path):
    refuses(tmp_path, "is not a checkpoint: expected a folder with a config.json, or a hub id")
    refuses(tmp_path / "absent", "is not a checkpoint")


def test_a_hub_id_is_asked_for_on_the_hub():
    refuses("nobody/nothing-of-this-name", "is no folder with a config.json, and the hub did not give it: ")


PEAK = """
import sys, torch
from course_lib.workshop.convert import HubCheckpoint

def kilobytes(key):
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith(key))

small, large, dtype = sys.argv[1], sys.argv[2], getattr(torch, sys.argv[3])
HubCheckpoint(small).model(dtype)  # what the libraries need for themselves
before = kilobytes("VmRSS")
model = HubCheckpoint(large).model(dtype)
weights = sum(p.numel() * p.element_size() for p in model.parameters()) / 1024
print((kilobytes("VmHWM") - before) / weights)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_memory_peaks_below_1_2_times_the_weights(tmp_path):
    """A third of them are the two tables, and the file is in float32."""
    small, large = (tmp_path / name for name in ("small", "large"))
    llm_to_hugging_face(Llm(LlmConfig(vocab_size=V)), small)
    sizes = {"vocab_size": 12_000, "d_model": 512, "d_ff": 1376, "num_heads": 8, "num_layers": 8, "tied": False}
    llm_to_hugging_face(Llm(LlmConfig(**sizes)), large)
    for dtype in ("float32", "bfloat16"):
        call = [sys.executable, "-c", PEAK, small, large, dtype]
        assert 0.9 < float(subprocess.run(call, capture_output=True, text=True, check=True).stdout) < 1.2


@pytest.mark.parametrize(
    "changes",
    [
        {"model_type": ["llama"]},
        {"num_attention_heads": [6]},
        {"num_attention_heads": 0},
        {"num_hidden_layers": True},
        {"vocab_size": 2**63},
        {"vocab_size": 2**30},
        {"hidden_size": 30.0},
        {"rms_norm_eps": "small"},
        {"rope_parameters": {"rope_theta": "x"}},
        {"rope_parameters": 7},
        {"rope_scaling": 7},
        {"layer_types": 7},
        {"rope_parameters": {"rope_theta": -1}},
        {"rope_parameters": {"rope_theta": True}},
    ],
)
def test_a_setting_of_another_kind_is_refused(changes, folder):
    change(folder / "config.json", **changes)
    with pytest.raises(CourseError):
        HubCheckpoint(folder).model()


@pytest.mark.parametrize("dtype", [torch.int8, torch.float8_e4m3fn])
def test_weights_of_another_kind_of_numbers_are_named(dtype, folder):
    state = load_file(folder / WEIGHTS)
    save_file(state | {"model.norm.weight": state["model.norm.weight"].to(dtype)}, folder / WEIGHTS)
    refuses(folder, rf"norm\.weight must be stored as one of float32, .* got {str(dtype).removeprefix('torch.')}")


@pytest.mark.parametrize(
    ("changes", "dtype"),
    [
        ({"dtype": "bfloat16"}, torch.bfloat16),
        ({"dtype": None, "torch_dtype": "float16"}, torch.float16),
        ({"dtype": "auto"}, torch.float32),
        ({"dtype": ["float16"]}, torch.float32),
        ({"dtype": None, "text_config": {"dtype": "bfloat16"}}, torch.bfloat16),
        ({"dtype": "float16", "text_config": 7}, torch.float16),
    ],
)
def test_the_config_says_what_the_weights_are_stored_in(changes, dtype, folder):
    change(folder / "config.json", **changes)
    assert HubCheckpoint(folder).dtype == dtype


@pytest.mark.parametrize("setting", ["query_pre_attn_scalar", "sliding_window"])
@pytest.mark.parametrize("value", [0, -3, True, "x", [7]])
def test_a_setting_of_gemma_that_is_no_number_above_0_is_refused(setting, value, tmp_path):
    change(saved(their_llm("gemma2"), tmp_path) / "config.json", **{setting: value})
    refuses(tmp_path, f"the checkpoint's {setting} should be a number above 0, got")
