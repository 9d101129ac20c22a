"""What a GGUF file says of its model, as the config.json that the hub would have."""

import torch

from course_lib.errors import CourseError
from course_lib.nn import Llama3Scaling, Rotary
from course_lib.workshop.convert.folder import HubConfig
from course_lib.workshop.convert.gguf_file import GgufFile, UnpackedTensors
from course_lib.workshop.convert.llm_config import KINDS
from course_lib.workshop.convert.rope import ORIGINAL

# What llama.cpp calls the families that our `Llm` can be.
ARCHITECTURES = {
    "llama": "llama",  # a Mistral, too
    "qwen2": "qwen2",
    "qwen3": "qwen3",
    "gemma": "gemma",
    "gemma2": "gemma2",
    "gemma3": "gemma3_text",
}
# llama.cpp's settings and the hub's, where these are the same thing: those that each file has, and those that it may.
SIZES = {
    "block_count": "num_hidden_layers",
    "context_length": "max_position_embeddings",
    "embedding_length": "hidden_size",
    "feed_forward_length": "intermediate_size",
    "attention.head_count": "num_attention_heads",
    "attention.layer_norm_rms_epsilon": "rms_norm_eps",
}
CHOICES = {
    "attention.head_count_kv": "num_key_value_heads",
    "attention.sliding_window": "sliding_window",
    "attn_logit_softcapping": "attn_logit_softcapping",
    "final_logit_softcapping": "final_logit_softcapping",
    "rope.freq_base": "rope_theta",
    "rope.freq_base_swa": "rope_local_base_freq",
}
WIDTHS = "attention.key_length", "attention.value_length", "rope.dimension_count"  # of a head
PATTERN = "attention.sliding_window_pattern"
SCALING = {"type": "rope_type", "factor": "factor", "original_context_length": ORIGINAL}
UNREAD = {"vocab_size", "rope.scaling.finetuned", "tensor_data_layout"}  # they change nothing
KNOWN = {*SIZES, *CHOICES, *WIDTHS, PATTERN, *UNREAD, *(f"rope.scaling.{key}" for key in SCALING)}
FACTORS = "rope_freqs.weight"  # by what a Llama 3.1 divides the frequencies of RoPE
# Gemmas of so many layers divide their scores by √(D / H), the others by √E; a file doesn't say which.
LARGE_GEMMAS = {"gemma2": 46, "gemma3": 62}


def gguf_config(file: GgufFile) -> HubConfig:
    """The config of the model in a file, as `llm_config` reads it.

    Raises:
        CourseError: an unknown architecture; a setting that is missing, or that our `Llm` can't have.
    """
    name = file.settings["general.architecture"]
    if not isinstance(name, str) or name not in ARCHITECTURES:
        raise CourseError(f"unknown architecture {name!r}; an Llm can be {', '.join(ARCHITECTURES)}")
    prefix = f"{name}."
    said = HubConfig({key.removeprefix(prefix): v for key, v in file.settings.items() if key.startswith(prefix) and v})
    unknown = sorted(said.keys() - KNOWN)
    if unknown:
        raise CourseError(f"our Llm has nothing for the file's {prefix}{unknown[0]} = {said[unknown[0]]!r}")
    config = HubConfig({SIZES[key]: said.positive(key) for key in SIZES})
    config |= {CHOICES[key]: said.positive(key) for key in CHOICES if key in said}
    config["model_type"] = "mistral" if name == "llama" and "sliding_window" in config else ARCHITECTURES[name]
    config["vocab_size"] = vocab_size(file)
    config["tie_word_embeddings"] = "output.weight" not in file.stored
    config["head_dim"] = d_head(said)
    config["rope_scaling"] = scaling(said, file, config)
    check_layers(file, config["num_hidden_layers"])
    if name == "gemma3":
        config.setdefault("rope_local_base_freq", 10_000.0)
    if name in LARGE_GEMMAS:
        is_large = config["num_hidden_layers"] == LARGE_GEMMAS[name]
        width = config["hidden_size"] // config["num_attention_heads"] if is_large else config["head_dim"]
        config["query_pre_attn_scalar"] = width
    if PATTERN in said:
        config["layer_types"] = layer_types(said[PATTERN], config["num_hidden_layers"])
    return config


def vocab_size(file: GgufFile) -> int:
    """How many rows the table of embeddings has."""
    if "token_embd.weight" not in file.stored:
        raise CourseError("the checkpoint has no tensor token_embd.weight")
    return file.shape("token_embd.weight")[0]


def d_head(said: HubConfig) -> int:
    """E. Raises CourseError where keys, values and RoPE differ in it."""
    widths = {said.positive(key) for key in WIDTHS if key in said}
    widths = widths or {said.positive("embedding_length") // said.positive("attention.head_count")}
    if len(widths) > 1:
        raise CourseError(f"our Llm has one width for keys, values and RoPE, the file has {sorted(widths)}")
    return widths.pop()


def check_layers(file: GgufFile, num_layers: int) -> None:
    """Raise a CourseError where there are more layers, or fewer, than a file says: nothing is made room for then."""
    found = len({name.split(".")[1] for name in file.stored if name.startswith("blk.")})
    if found != num_layers:
        raise CourseError(f"the file says that it has {num_layers} layers, there are tensors of {found}")


def layer_types(pattern: object, num_layers: int) -> list[str]:
    """Which layers have a window: a list says it of each, a number n of all but each n-th."""
    if not isinstance(pattern, list):
        pattern = [bool((i + 1) % int(pattern)) for i in range(num_layers)]
    return [KINDS[bool(has_window)] for has_window in pattern]


def scaling(said: HubConfig, file: GgufFile, config: HubConfig) -> dict[str, object] | None:
    """The `rope_scaling` of a config. Raises CourseError where it isn't ours."""
    settings = {SCALING[key]: said[f"rope.scaling.{key}"] for key in SCALING if f"rope.scaling.{key}" in said}
    if settings.get("rope_type") == "none":
        settings = {}
    if FACTORS in file.stored:
        return llama3(UnpackedTensors(file)[FACTORS], config, settings)
    return {"rope_type": "linear"} | settings if settings else None


def llama3(factors: torch.Tensor, config: HubConfig, settings: dict[str, object]) -> dict[str, object]:
    """The scaling that gives these factors; in a file there is nothing else of it.

    All Llamas from 3.1 on keep 4 turns in 8192 positions as they are, and stretch less than one. Raises CourseError
    where that gives other factors.
    """
    ours = Llama3Scaling(factor=float(factors.max()), original_length=8192)
    frequencies = Rotary(config["head_dim"], config.get("rope_theta", 10_000.0)).frequencies
    expected = frequencies / ours(frequencies, None)
    if settings or factors.shape != expected.shape or not torch.allclose(factors.double(), expected, rtol=1e-4):
        raise CourseError(f"{FACTORS} stretches RoPE as none of our scalings does")
    turns = {"low_freq_factor": ours.slow, "high_freq_factor": ours.fast}
    return {"rope_type": "llama3", "factor": ours.factor, ORIGINAL: ours.original_length, **turns}
