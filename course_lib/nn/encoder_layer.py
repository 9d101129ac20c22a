"""One layer of the encoder (slide "Encoder Layer")."""

from collections.abc import Callable

import torch.nn.functional as F
from torch import nn

from course_lib.nn.attention import MultiHeadAttention
from course_lib.nn.feed_forward import FeedForward
from course_lib.shapes import BSD, Mask


class EncoderLayer(nn.Module):
    """Six steps: attention, addition, normalization, feed-forward network, addition, normalization.

    The slides and Vaswani et al. (2017, section 3.1) normalize after the addition. With `norm_first`, each block is
    normalized before it reads (pre-norm; Xiong et al. 2020, section 3.1), which is easier to train when deep. Dropout
    acts on the output of a block. Equal to torch.nn.TransformerEncoderLayer.
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
        self.self_attention = MultiHeadAttention(d_model, num_heads, bias)
        self.self_attention_norm = norm(d_model)
        self.feed_forward = FeedForward(d_model, d_ff, activation, bias)
        self.feed_forward_norm = norm(d_model)

    def forward(self, x: BSD, mask: Mask | None = None) -> BSD:
        """Read a sequence; `mask` says who may attend to whom, in an encoder the padding mask."""
        if self.norm_first:
            x = x + self.dropout(self.self_attention(self.self_attention_norm(x), mask=mask))
            return x + self.dropout(self.feed_forward(self.feed_forward_norm(x)))
        x = self.self_attention_norm(x + self.dropout(self.self_attention(x, mask=mask)))
        return self.feed_forward_norm(x + self.dropout(self.feed_forward(x)))
