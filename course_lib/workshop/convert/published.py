"""What the config.json of six published checkpoints says, as far as it changes what an `Llm` computes."""

from typing import Any

LINES = (
    "model_type",
    "vocab_size",
    "hidden_size",
    "intermediate_size",
    "num_attention_heads",
    "num_key_value_heads",
    "head_dim",
    "num_hidden_layers",
    "max_position_embeddings",
    "rms_norm_eps",
    "rope_theta",
)
SIZES = {
    "Llama 3.1 8B": ("llama", 128256, 4096, 14336, 32, 8, 128, 32, 131072, 1e-5, 5e5),
    "Mistral 7B": ("mistral", 32000, 4096, 14336, 32, 8, 128, 32, 32768, 1e-5, 1e4),
    "Qwen 2.5 7B": ("qwen2", 152064, 3584, 18944, 28, 4, 128, 28, 131072, 1e-6, 1e6),
    "Qwen 3 8B": ("qwen3", 151936, 4096, 12288, 32, 8, 128, 36, 40960, 1e-6, 1e6),
    "Gemma 2 9B": ("gemma2", 256000, 3584, 14336, 16, 8, 256, 42, 8192, 1e-6, 1e4),
    "Gemma 3 12B": ("gemma3_text", 262208, 3840, 15360, 16, 8, 256, 48, 131072, 1e-6, 1e6),
}
GEMMA = {"query_pre_attn_scalar": 256, "tie_word_embeddings": True}
LLAMA_3 = {"factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 8192}
MORE = {
    "Llama 3.1 8B": {"rope_scaling": {"rope_type": "llama3"} | LLAMA_3},
    "Mistral 7B": {"sliding_window": 4096},
    "Gemma 2 9B": GEMMA | {"sliding_window": 4096, "attn_logit_softcapping": 50.0, "final_logit_softcapping": 30.0},
    "Gemma 3 12B": GEMMA
    | {"sliding_window": 1024, "rope_local_base_freq": 1e4, "rope_scaling": {"rope_type": "linear", "factor": 8.0}},
}

# Gemma 3 12B can see, too; these are the lines of the part that reads text. Mistral 7B is version 0.1.
PUBLISHED: dict[str, dict[str, Any]] = {
    name: dict(zip(LINES, values, strict=True)) | MORE.get(name, {}) for name, values in SIZES.items()
}
