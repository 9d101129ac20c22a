"""The boxes on the slides, one file each. They take plain numbers and know nothing of models, data or training."""

from course_lib.nn.add_norm import AddNorm
from course_lib.nn.attention import (
    MultiHeadAttention,
    attention_weights,
    merge_heads,
    scaled_dot_product_attention,
    split_heads,
)
from course_lib.nn.decoder_layer import DecoderLayer
from course_lib.nn.embedding import TokenEmbedding
from course_lib.nn.encoder_layer import EncoderLayer
from course_lib.nn.feed_forward import FeedForward
from course_lib.nn.kv_cache import KeysValues, KVCache
from course_lib.nn.masks import causal_mask, padding_mask
from course_lib.nn.positions import LearnedPositions, SinusoidalPositions
from course_lib.nn.recording import AttentionMaps, record_attention
from course_lib.nn.relative_bias import RelativePositionBias
from course_lib.nn.rms_norm import RMSNorm

__all__ = [
    "AddNorm",
    "AttentionMaps",
    "DecoderLayer",
    "EncoderLayer",
    "FeedForward",
    "KVCache",
    "KeysValues",
    "LearnedPositions",
    "MultiHeadAttention",
    "RMSNorm",
    "RelativePositionBias",
    "SinusoidalPositions",
    "TokenEmbedding",
    "attention_weights",
    "causal_mask",
    "merge_heads",
    "padding_mask",
    "record_attention",
    "scaled_dot_product_attention",
    "split_heads",
]
