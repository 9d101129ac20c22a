"""One layer of the decoder (slide "Decoder Layer")."""

from collections.abc import Callable

import torch.nn.functional as F
from torch import nn

from course_lib.nn.add_norm import AddNorm
from course_lib.nn.attention import MultiHeadAttention
from course_lib.nn.feed_forward import FeedForward
from course_lib.nn.kv_cache import KeysValues, KVCache
from course_lib.shapes import BSD, BTD, Mask


class DecoderLayer(nn.Module):
    """Nine steps: masked self-attention, cross-attention, feed-forward network, each with addition and normalization.

    In the cross-attention, keys and values come from the encoder's output (the memory), queries from the decoder.
    Vaswani et al. 2017, section 3.1; equal to torch.nn.TransformerDecoderLayer (with dropout on the blocks' outputs).
    """

    def __init__(
        self,
        d_model: int,
        num_heads: int,
        d_ff: int,
        dropout: float = 0.0,
        norm_first: bool = False,
        activation: Callable = F.relu,
        norm: Callable = nn.LayerNorm,
        bias: bool = True,
    ):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, num_heads, bias=bias)
        self.self_attention_add_norm = AddNorm(d_model, dropout, norm_first, norm)
        self.cross_attention = MultiHeadAttention(d_model, num_heads, bias=bias)
        self.cross_attention_add_norm = AddNorm(d_model, dropout, norm_first, norm)
        self.feed_forward = FeedForward(d_model, d_ff, activation, bias)
        self.feed_forward_add_norm = AddNorm(d_model, dropout, norm_first, norm)

    def forward(
        self,
        x: BTD,
        memory: BSD | KeysValues,
        mask: Mask | None = None,
        memory_mask: Mask | None = None,
        cache: KVCache | None = None,
    ) -> BTD:
        """What the layer makes of `x`.

        Args:
            x: the target so far.
            memory: the encoder's output, or its `KeysValues`, projected once by `cross_attention`.
            mask: who may attend to whom in the self-attention, usually the causal mask.
            memory_mask: which source tokens are real.
            cache: a `KVCache` for the self-attention.
        """
        x = self.self_attention_add_norm(x, lambda x: self.self_attention(x, mask=mask, cache=cache))
        x = self.cross_attention_add_norm(x, lambda x: self.cross_attention(x, memory, mask=memory_mask))
        return self.feed_forward_add_norm(x, self.feed_forward)
