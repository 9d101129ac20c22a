"""Small Llamas, Mistrals, Qwens and Gemmas of transformers with random weights, for ours to equal."""

import transformers

from course_lib.workshop.convert import HubCheckpoint
from tests.parity import D_FF, V
from tests.workshop.convert.hugging_face import small

H, K, E, LAYERS, MAX_LENGTH, WINDOW, T = 6, 2, 10, 3, 64, 5, 17
SIZES = {
    "vocab_size": V,
    "hidden_size": 5 * H,  # not H E
    "intermediate_size": D_FF,
    "num_hidden_layers": LAYERS,
    "num_attention_heads": H,
    "num_key_value_heads": K,
    "head_dim": E,
    "max_position_embeddings": MAX_LENGTH,
    "bos_token_id": 1,
    "eos_token_id": 2,
    "pad_token_id": 0,
}
WINDOWS = {"use_sliding_window": True, "sliding_window": WINDOW, "max_window_layers": 1}
MULTIPLES_OF_16_BYTES = {"hidden_size": 32, "intermediate_size": 16}  # all that their kernel for experts takes
GEMMA = {"sliding_window": WINDOW, "query_pre_attn_scalar": 7}
# Their classes, and what is special about the twin: every choice that the family has shows in its logits.
FAMILIES = {
    "llama": ("Llama", {"tie_word_embeddings": False}),
    "mistral": ("Mistral", {"sliding_window": WINDOW}),
    "qwen2": ("Qwen2", WINDOWS | {"hidden_size": 4 * H, "head_dim": 4, "tie_word_embeddings": True}),
    "qwen3": ("Qwen3", WINDOWS | {"rms_norm_eps": 1e-2, "rope_parameters": {"rope_theta": 100.0}}),
    "qwen3_moe": (
        "Qwen3Moe",
        {"num_experts": 5, "num_experts_per_tok": 2, "norm_topk_prob": True, "moe_intermediate_size": 16}
        | MULTIPLES_OF_16_BYTES,
    ),
    "mixtral": ("Mixtral", {"num_local_experts": 5, "sliding_window": WINDOW} | MULTIPLES_OF_16_BYTES),
    "smollm3": ("SmolLM3", {"no_rope_layers": [1, 0, 1]}),
    "gemma": ("Gemma", {"tie_word_embeddings": True}),
    "gemma2": ("Gemma2", GEMMA | {"attn_logit_softcapping": 2.0, "final_logit_softcapping": 3.0}),
    "gemma3_text": ("Gemma3", GEMMA | {"sliding_window_pattern": 2}),
}


def their_llm(family, **changes):
    """A small model of a family, in eval mode."""
    name, special = FAMILIES[family]
    config_class = getattr(transformers, f"{name}TextConfig" if name == "Gemma3" else f"{name}Config")
    return small(getattr(transformers, f"{name}ForCausalLM"), config_class(**(SIZES | special | changes)))


def saved(model, folder, **arguments):
    """The folder, after transformers wrote the model into it."""
    model.save_pretrained(folder, **arguments)
    return folder


def ours(model, folder):
    """Our model, from a folder that transformers wrote."""
    return HubCheckpoint(saved(model, folder)).model()
