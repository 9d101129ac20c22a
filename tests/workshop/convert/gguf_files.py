"""Small GGUF files, written with ggml-org's own package, of models that transformers made."""

import gguf
import numpy as np
from gguf import GGMLQuantizationType as Kind

from tests.workshop.convert.llm_twins import their_llm

# What llama.cpp calls each family, and what transformers takes for granted where it reads a file of it.
LARGE_HEADS = {"head_dim": 256, "query_pre_attn_scalar": 256}
ARCHITECTURES = {
    "llama": ("llama", {}),
    "mistral": ("llama", {}),
    "qwen2": ("qwen2", {"use_sliding_window": False}),
    "qwen3": ("qwen3", {"use_sliding_window": False, "head_dim": 128}),
    "gemma": ("gemma", {}),
    "gemma2": ("gemma2", LARGE_HEADS | {"attn_logit_softcapping": 50.0, "final_logit_softcapping": 30.0}),
    "gemma3_text": ("gemma3", LARGE_HEADS | {"num_hidden_layers": 7, "sliding_window_pattern": 6}),
}
NUMBERS = {
    "block_count": "num_hidden_layers",
    "context_length": "max_position_embeddings",
    "embedding_length": "hidden_size",
    "feed_forward_length": "intermediate_size",
    "attention.head_count": "num_attention_heads",
    "attention.head_count_kv": "num_key_value_heads",
}
WORDS = {
    "tokenizer.ggml.model": "gpt2",
    "tokenizer.ggml.pre": "gpt-2",
    "tokenizer.ggml.tokens": [*"abcdefghijklmno", "ab", "<|im_end|>"],
    "tokenizer.ggml.token_type": [1] * 16 + [3],
    "tokenizer.ggml.merges": ["a b"],
    "tokenizer.ggml.eos_token_id": 16,
    "tokenizer.chat_template": "{{ messages[0].content }}<|im_end|>",
}


def twin(family, **changes):
    """A small model of a family, as transformers would make it of a file."""
    return their_llm(family, **(ARCHITECTURES[family][1] | changes))


def settings_of(family, config):
    """The settings of a file: key -> value."""
    name, _ = ARCHITECTURES[family]
    said = {key: getattr(config, theirs) for key, theirs in NUMBERS.items()}
    said["attention.layer_norm_rms_epsilon"] = float(config.rms_norm_eps)
    said |= {f"attention.{kind}_length": config.head_dim for kind in ("key", "value")} if config.head_dim else {}
    rope = config.rope_parameters
    said["rope.freq_base"] = float(rope.get("full_attention", rope)["rope_theta"])
    for key in ("attn_logit_softcapping", "final_logit_softcapping"):
        if getattr(config, key, None):
            said[key] = float(getattr(config, key))
    if family in ("mistral", "gemma2", "gemma3_text") and config.sliding_window:
        said["attention.sliding_window"] = config.sliding_window
    if name == "llama":
        said["rope.dimension_count"] = config.head_dim
    return {"general.architecture": name} | {f"{name}.{key}": value for key, value in said.items()}


def tensors_of(family, model):
    """The tensors of a file: name -> numbers, as llama.cpp's converter makes them."""
    name, config = ARCHITECTURES[family][0], model.config
    number = next(number for number, arch in gguf.MODEL_ARCH_NAMES.items() if arch == name)
    names, made = gguf.get_tensor_name_map(number, config.num_hidden_layers), {}
    heads = {"q_proj": config.num_attention_heads, "k_proj": config.num_key_value_heads}
    for theirs, tensor in model.state_dict().items():
        part, _, kind = theirs.rpartition(".")
        tensor, last = tensor.numpy(), part.rpartition(".")[2]
        if part == "lm_head" and config.tie_word_embeddings:
            continue
        if name == "llama" and last in heads:
            halves = tensor.reshape(heads[last], 2, -1, *tensor.shape[1:])
            tensor = halves.swapaxes(1, 2).reshape(tensor.shape)
        if name.startswith("gemma") and "norm" in last:
            tensor = tensor + np.float32(1)
        made[f"{names.get_name(part)}.{kind}"] = tensor
    return made


def write(path, settings, tensors, kinds=()):
    """The path, after a file was written; `kinds`: tensor -> its quantization, where it isn't float32."""
    kinds, name = dict(kinds), settings["general.architecture"]
    writer = gguf.GGUFWriter(path, name)
    for key, value in settings.items():
        add = {bool: writer.add_bool, int: writer.add_uint32, float: writer.add_float32, str: writer.add_string}
        if key != "general.architecture":
            add.get(type(value), writer.add_array)(key, value)
    for key, tensor in tensors.items():
        writer.add_tensor(key, tensor, raw_dtype=kinds.get(key))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def written(path, family, model, store=Kind.F32):
    """The path, after a model was written into a file, its matrices in a quantization that the package can make."""
    tensors = tensors_of(family, model)
    kinds = {name: store for name, tensor in tensors.items() if tensor.ndim > 1 and store != Kind.F32}
    tensors |= {name: gguf.quantize(tensors[name], kind) for name, kind in kinds.items()}
    return write(path, settings_of(family, model.config) | WORDS, tensors, kinds)


def random_blocks(kind, rows, columns):
    """Raw bytes of a matrix in any quantization: blocks whose numbers are finite and of moderate size."""
    block, size = gguf.GGML_QUANT_SIZES[kind]
    count = rows * columns // block
    found = np.empty((0, size), np.uint8)
    rng = np.random.default_rng(0)
    while len(found) < count:
        blocks = rng.integers(0, 256, (4 * count, size), np.uint8)
        with np.errstate(all="ignore"):
            numbers = gguf.dequantize(blocks, kind)
            good = np.isfinite(numbers).all(1) & (np.abs(numbers).max(1) < 0.5)
        found = np.concatenate([found, blocks[good]])
    return found[:count].reshape(rows, -1)
