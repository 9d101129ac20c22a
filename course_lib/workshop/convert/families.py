"""What Llama, Mistral, Qwen, SmolLM and Gemma each choose, as configurations of our `Llm`.

A family is a row of `FAMILIES`. What differs between its checkpoints is in their config.json, see `llm_config`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from course_lib.errors import CourseError
from course_lib.workshop.convert.folder import HubConfig

LAYER_NAMES = {
    "self_attention": "self_attn",
    "self_attention_norm": "input_layernorm",
    "feed_forward": "mlp",
    "feed_forward_norm": "post_attention_layernorm",
}
FOUR_NORMS = {
    "self_attention_post_norm": "post_attention_layernorm",
    "feed_forward_norm": "pre_feedforward_layernorm",
    "feed_forward_post_norm": "post_feedforward_layernorm",
}
SILU = {"hidden_act": "silu"}
EVERY_LAYER_HAS_EXPERTS = {"decoder_sparse_step": 1, "mlp_only_layers": [], "norm_topk_prob": True}
GEMMA = {"hidden_activation": "gelu_pytorch_tanh", "attention_bias": False, "use_bidirectional_attention": False}
GEMMA_1 = {"hidden_act": "gelu_pytorch_tanh"}  # which was renamed later


def no_layer(config: HubConfig, i: int) -> bool:
    """Every layer sees the whole text."""
    return False


def every_layer(config: HubConfig, i: int) -> bool:
    """Every layer has a window (Mistral; Jiang et al. 2023), unless the config takes it away."""
    return config["sliding_window"] is not None


def later_layers(config: HubConfig, i: int) -> bool:
    """If a Qwen has windows at all, the layers from a certain one on have them."""
    return bool(config.get("use_sliding_window")) and i >= config["max_window_layers"]


def every_other_layer(config: HubConfig, i: int) -> bool:
    """A layer with a window, a layer without, and so on (Gemma 2)."""
    return i % 2 == 0


def five_of_six_layers(config: HubConfig, i: int) -> bool:
    """Five layers with a window, one without, and so on (Gemma 3)."""
    return (i + 1) % config.get("sliding_window_pattern", 6) != 0


@dataclass(frozen=True, kw_only=True)
class Family:
    """The common properties of all checkpoints of a family.

    Args:
        architecture: what transformers calls the model.
        choices: fields of `LlmConfig` that the family fixes.
        settings: more fields of `LlmConfig`, and the setting in their config that each stands in.
        fixed: settings that our `Llm` can't have otherwise.
        has_window: whether layer i has a window, from their config, where that doesn't list the `layer_types`.
        layer_names: the parts of a layer, our name -> theirs.
        expert_names: the matrices of an expert, our name -> theirs; default: all have the same.
        has_experts: whether the feed-forward networks are mixtures.
        turning: the setting that lists which layers turn queries and keys, 1 or 0; default: all do.
        query_scalar: the setting whose root divides the scores, where it is not E.
        window_rope: whether layers with a window have a RoPE base of their own.
        norm_offset: what has to be added to the stored weights of RMSNorm.
        scaled_embedding: whether embeddings are multiplied by √D.
        tied: whether one table serves both ends, where their config doesn't say.
    """

    architecture: str
    choices: dict[str, object] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)
    fixed: dict[str, object] = field(default_factory=lambda: SILU)
    has_window: Callable[[HubConfig, int], bool] = no_layer
    layer_names: dict[str, str] = field(default_factory=lambda: LAYER_NAMES)
    expert_names: dict[str, str] = field(default_factory=dict)
    has_experts: bool = False
    turning: str | None = None
    query_scalar: str | None = None
    window_rope: bool = False
    norm_offset: float = 0.0
    scaled_embedding: bool = False
    tied: bool = False


gemma = {
    "fixed": GEMMA,
    "layer_names": LAYER_NAMES | FOUR_NORMS,
    "query_scalar": "query_pre_attn_scalar",
    "norm_offset": 1.0,
    "scaled_embedding": True,
    "tied": True,
}
FAMILIES = {
    "llama": Family(
        architecture="LlamaForCausalLM",
        fixed=SILU | {"attention_bias": False, "mlp_bias": False, "layer_types": None},
    ),
    "mistral": Family(
        architecture="MistralForCausalLM",
        fixed=SILU | {"layer_types": None},
        has_window=every_layer,
    ),
    "qwen2": Family(architecture="Qwen2ForCausalLM", choices={"qkv_bias": True}, has_window=later_layers),
    "qwen3": Family(
        architecture="Qwen3ForCausalLM",
        choices={"qk_norm": True},
        fixed=SILU | {"attention_bias": False},
        has_window=later_layers,
    ),
    "qwen3_moe": Family(
        architecture="Qwen3MoeForCausalLM",
        choices={"qk_norm": True},
        settings={"d_ff": "moe_intermediate_size"},
        fixed=SILU | EVERY_LAYER_HAS_EXPERTS | {"attention_bias": False, "use_sliding_window": False},
        has_experts=True,
    ),
    "mixtral": Family(
        architecture="MixtralForCausalLM",
        fixed=SILU | {"layer_types": None},
        has_window=every_layer,
        layer_names=LAYER_NAMES | {"feed_forward": "block_sparse_moe"},
        expert_names={"gate_proj": "w1", "up_proj": "w3", "down_proj": "w2"},
        has_experts=True,
    ),
    "smollm3": Family(
        architecture="SmolLM3ForCausalLM",
        fixed=SILU | {"attention_bias": False, "mlp_bias": False, "use_sliding_window": False},
        turning="no_rope_layers",
        tied=True,
    ),
    "gemma": Family(
        architecture="GemmaForCausalLM",
        choices={"activation": "gelu_tanh"},
        **(gemma | {"layer_names": LAYER_NAMES, "query_scalar": None, "fixed": GEMMA | GEMMA_1}),
    ),
    "gemma2": Family(
        architecture="Gemma2ForCausalLM",
        choices={"activation": "gelu_tanh", "post_norms": True},
        settings={"score_cap": "attn_logit_softcapping", "logit_cap": "final_logit_softcapping"},
        has_window=every_other_layer,
        **gemma,
    ),
    "gemma3_text": Family(
        architecture="Gemma3ForCausalLM",
        choices={"activation": "gelu_tanh", "post_norms": True, "qk_norm": True},
        has_window=five_of_six_layers,
        window_rope=True,
        **(gemma | {"fixed": GEMMA | {"attn_logit_softcapping": None, "final_logit_softcapping": None}}),
    ),
}
LLAMA_4 = "its layers see chunks, its router scales what experts read, and every token has a shared expert"
# Why our `Llm` is none of these, though it has much of what they have.
REFUSED = {
    "deepseek_v3": (
        "its router takes sigmoids, groups of experts first, and a bias for balance, every token has a shared expert, "
        "and the first layers have none; latent_attention_from_hugging_face reads its attention"
    ),
    "qwen3_next": (
        "its attention has a gate and turns a part of each head, and every token has a shared expert; "
        "gated_delta_net_from_hugging_face reads its recurrent layers"
    ),
    "llama4": LLAMA_4,
    "llama4_text": LLAMA_4,
}


def is_among(name: object, known: Iterable[str]) -> bool:
    """Return True if a checkpoint's `model_type` is known. Raises CourseError for one of `REFUSED`."""
    if isinstance(name, str) and name in REFUSED:
        raise CourseError(f"our Llm can't be a {name}: {REFUSED[name]}")
    return isinstance(name, str) and name in known
