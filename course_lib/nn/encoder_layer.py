"""The encoder layer (slide "Encoder Layer")."""

from collections.abc import Callable

import torch.nn.functional as F
from torch import nn

from course_lib.nn.attention import MultiHeadAttention
from course_lib.nn.feed_forward import FeedForward
from course_lib.shapes import BSD, Mask


class EncoderLayer(nn.Module):
    """An encoder layer with self-attention and a feed-forward network.

    Both blocks have a residual connection and a normalization layer. Dropout is applied to the output of each block,
    before the residual addition. The layer computes the same as torch.nn.TransformerEncoderLayer.

    Args:
        d_model: D, the width of the model.
        num_heads: H, the number of heads.
        d_ff: F, the hidden width of the feed-forward network.
        dropout: dropout probability.
        norm_first: whether to normalize the input of each block (pre-norm; Xiong et al. 2020, section 3.1), which makes
            deep models easier to train. Default: normalize after the addition (post-norm), as on the slides and in
            Vaswani et al. (2017, section 3.1).
        activation: activation function of the feed-forward network.
        norm: a function that takes D and returns a normalization layer.
        bias: whether the linear layers have biases.
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
        """Apply the layer to the vectors of a sequence. In an encoder, `mask` is the padding mask."""
        if self.norm_first:
            x = x + self.dropout(self.self_attention(self.self_attention_norm(x), mask=mask))
            return x + self.dropout(self.feed_forward(self.feed_forward_norm(x)))
        x = self.self_attention_norm(x + self.dropout(self.self_attention(x, mask=mask)))
        return self.feed_forward_norm(x + self.dropout(self.feed_forward(x)))
