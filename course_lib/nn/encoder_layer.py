"""One layer of the encoder (slide "Encoder Layer")."""

from collections.abc import Callable

import torch.nn.functional as F
from torch import nn

from course_lib.nn.add_norm import AddNorm
from course_lib.nn.attention import MultiHeadAttention
from course_lib.nn.feed_forward import FeedForward
from course_lib.nn.kv_cache import KVCache
from course_lib.shapes import BSD, Mask


class EncoderLayer(nn.Module):
    """Six steps: attention, addition, normalization, feed-forward network, addition, normalization.

    Vaswani et al. 2017, section 3.1; equal to torch.nn.TransformerEncoderLayer (with dropout on the blocks' outputs).
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
        self.feed_forward = FeedForward(d_model, d_ff, activation, bias)
        self.feed_forward_add_norm = AddNorm(d_model, dropout, norm_first, norm)

    def forward(self, x: BSD, mask: Mask | None = None, cache: KVCache | None = None) -> BSD:
        """What the layer makes of `x`.

        Args:
            x: the sequence.
            mask: who may attend to whom; in an encoder the padding mask.
            cache: a `KVCache`, where the layer serves in a decoder without cross-attention.
        """
        x = self.self_attention_add_norm(x, lambda x: self.self_attention(x, mask=mask, cache=cache))
        return self.feed_forward_add_norm(x, self.feed_forward)
