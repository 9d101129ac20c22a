"""The layers and functions that models are built from, one per file. They don't depend on models, data, or training."""

from course_lib.nn.activations import ACTIVATIONS
from course_lib.nn.attention import (
    MultiHeadAttention,
    SoftcappedAttention,
    attention_weights,
    merge_heads,
    scaled_dot_product_attention,
    split_heads,
)
from course_lib.nn.attention_pool import AttentionPool
from course_lib.nn.connector import CONNECTORS, LinearConnector, MlpConnector, PixelShuffleConnector
from course_lib.nn.decoder_cache import DecoderCache, Memory
from course_lib.nn.decoder_layer import DecoderLayer
from course_lib.nn.delta_rule import delta_rule, delta_rule_steps
from course_lib.nn.embedding import TokenEmbedding
from course_lib.nn.encoder_layer import EncoderLayer
from course_lib.nn.feed_forward import FeedForward
from course_lib.nn.gated_delta_net import GatedDeltaNet
from course_lib.nn.gated_feed_forward import GatedFeedForward
from course_lib.nn.kv_cache import KeysValues, KVCache, SlidingWindowKVCache
from course_lib.nn.latent_attention import LatentAttention
from course_lib.nn.linear_attention import LinearAttention, linear_attention
from course_lib.nn.lora import LINEAR_LAYERS, LoraLinear, add_lora, merge_lora
from course_lib.nn.masks import biased, causal_mask, padding_mask, segment_mask, window_mask
from course_lib.nn.mixture_of_experts import MixtureOfExperts, load_balancing_loss
from course_lib.nn.paged_cache import PagedCache, PagePool, PageTable
from course_lib.nn.patches import PatchEmbedding, cut_into_patches
from course_lib.nn.patching import head_outputs, patched_heads
from course_lib.nn.positions import LearnedPositions, SinusoidalPositions
from course_lib.nn.recording import AttentionMaps, attention_layers, record_attention
from course_lib.nn.recurrent_state import RecurrentState
from course_lib.nn.relative_bias import RelativePositionBias
from course_lib.nn.rms_norm import RMSNorm
from course_lib.nn.rotary import Rotary
from course_lib.nn.rotary_scaling import (
    DynamicNtkScaling,
    LinearScaling,
    Llama3Scaling,
    RotaryScaling,
    YarnScaling,
)
from course_lib.nn.self_attention import CausalSelfAttention, SharedAttention
from course_lib.nn.short_convolution import ShortConvolution
from course_lib.nn.softcap import softcap
from course_lib.nn.view import View

__all__ = [
    "ACTIVATIONS",
    "CONNECTORS",
    "LINEAR_LAYERS",
    "AttentionMaps",
    "AttentionPool",
    "CausalSelfAttention",
    "DecoderCache",
    "DecoderLayer",
    "DynamicNtkScaling",
    "EncoderLayer",
    "FeedForward",
    "GatedDeltaNet",
    "GatedFeedForward",
    "KVCache",
    "KeysValues",
    "LatentAttention",
    "LearnedPositions",
    "LinearAttention",
    "LinearConnector",
    "LinearScaling",
    "Llama3Scaling",
    "LoraLinear",
    "Memory",
    "MixtureOfExperts",
    "MlpConnector",
    "MultiHeadAttention",
    "PagePool",
    "PageTable",
    "PagedCache",
    "PatchEmbedding",
    "PixelShuffleConnector",
    "RMSNorm",
    "RecurrentState",
    "RelativePositionBias",
    "Rotary",
    "RotaryScaling",
    "SharedAttention",
    "ShortConvolution",
    "SinusoidalPositions",
    "SlidingWindowKVCache",
    "SoftcappedAttention",
    "TokenEmbedding",
    "View",
    "YarnScaling",
    "add_lora",
    "attention_layers",
    "attention_weights",
    "biased",
    "causal_mask",
    "cut_into_patches",
    "delta_rule",
    "delta_rule_steps",
    "head_outputs",
    "linear_attention",
    "load_balancing_loss",
    "merge_heads",
    "merge_lora",
    "padding_mask",
    "patched_heads",
    "record_attention",
    "scaled_dot_product_attention",
    "segment_mask",
    "softcap",
    "split_heads",
    "window_mask",
]
