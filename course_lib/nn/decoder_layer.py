"""One layer of the decoder (slide "Decoder Layer")."""

import torch.nn.functional as F
from torch import nn

from course_lib.nn.add_norm import AddNorm
from course_lib.nn.attention import MultiHeadAttention
from course_lib.nn.feed_forward import FeedForward


class DecoderLayer(nn.Module):
    """Nine steps: masked self-attention, cross-attention, feed-forward network, each with addition and normalization.

    In the cross-attention, keys and values come from the encoder's output (the memory), queries from the decoder.
    Vaswani et al. 2017, section 3.1; equal to torch.nn.TransformerDecoderLayer (with dropout on the blocks' outputs).
    """

    def __init__(
        self, d_model, num_heads, d_ff, dropout=0.0, norm_first=False, activation=F.relu, norm=nn.LayerNorm, bias=True
    ):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, num_heads, bias=bias)
        self.self_attention_add_norm = AddNorm(d_model, dropout, norm_first, norm)
        self.cross_attention = MultiHeadAttention(d_model, num_heads, bias=bias)
        self.cross_attention_add_norm = AddNorm(d_model, dropout, norm_first, norm)
        self.feed_forward = FeedForward(d_model, d_ff, activation, bias)
        self.feed_forward_add_norm = AddNorm(d_model, dropout, norm_first, norm)

    def forward(self, x, memory, mask=None, memory_mask=None, cache=None):
        """B T D -> B T D.

        Args:
            x: the target so far, B T D.
            memory: the encoder's output, B S D, or its `KeysValues`, projected once by `cross_attention`.
            mask: who may attend to whom in the self-attention, usually the causal mask, T T.
            memory_mask: which source tokens are real, B 1 1 S.
            cache: a `KVCache` for the self-attention.
        """
        x = self.self_attention_add_norm(x, lambda x: self.self_attention(x, mask=mask, cache=cache))
        x = self.cross_attention_add_norm(x, lambda x: self.cross_attention(x, memory, mask=memory_mask))
        return self.feed_forward_add_norm(x, self.feed_forward)
