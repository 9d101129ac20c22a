"""The decoder layer of an encoder-decoder model (slide "Decoder Layer")."""

from collections.abc import Callable

import torch.nn.functional as F
from torch import nn

from course_lib.nn.attention import MultiHeadAttention
from course_lib.nn.feed_forward import FeedForward
from course_lib.nn.self_attention import CausalSelfAttention
from course_lib.nn.view import View
from course_lib.shapes import BTD


class DecoderLayer(nn.Module):
    """A decoder layer with masked self-attention, cross-attention, and a feed-forward network.

    Each of these three blocks has a residual connection and a normalization layer. In cross-attention, the queries come
    from the decoder, and the keys and values come from the encoder's output (the memory). The layer computes the same
    as torch.nn.TransformerDecoderLayer. The arguments are those of `EncoderLayer`.
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
        self.norm_first, self.dropout = norm_first, nn.Dropout(dropout)
        self.self_attention = CausalSelfAttention(d_model, num_heads, bias=bias, output_bias=bias)
        self.self_attention_norm = norm(d_model)
        self.cross_attention = MultiHeadAttention(d_model, num_heads, bias)
        self.cross_attention_norm = norm(d_model)
        self.feed_forward = FeedForward(d_model, d_ff, activation, bias)
        self.feed_forward_norm = norm(d_model)

    def forward(self, x: BTD, view: View, layer: int) -> BTD:
        """Apply the layer to the target tokens.

        Args:
            x: the vectors of the target tokens.
            view: the positions, the masks, the cache, and the encoder's output.
            layer: the number of this layer in the decoder, starting at 0.
        """
        memory, mask = view.memory.of(layer), view.memory.mask
        if self.norm_first:
            x = x + self.dropout(self.self_attention(self.self_attention_norm(x), view, layer))
            x = x + self.dropout(self.cross_attention(self.cross_attention_norm(x), memory, mask))
            return x + self.dropout(self.feed_forward(self.feed_forward_norm(x)))
        x = self.self_attention_norm(x + self.dropout(self.self_attention(x, view, layer)))
        x = self.cross_attention_norm(x + self.dropout(self.cross_attention(x, memory, mask)))
        return self.feed_forward_norm(x + self.dropout(self.feed_forward(x)))
