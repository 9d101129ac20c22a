"""One layer of a modern decoder (slide "Beyond Plain Transformers"; Touvron et al. 2023, section 2.2)."""

from functools import partial

from torch import nn

from course_lib.nn.add_norm import AddNorm
from course_lib.nn.gated_feed_forward import GatedFeedForward
from course_lib.nn.rms_norm import RMSNorm
from course_lib.nn.rotary_attention import RotaryAttention


class LlmLayer(nn.Module):
    """Attention with RoPE and shared keys and values, then a gated network; RMSNorm before each, no biases."""

    def __init__(self, d_model, num_heads, num_kv_heads, d_ff, dropout=0.0, d_head=None, eps=1e-6):
        super().__init__()
        norm = partial(RMSNorm, eps=eps)
        self.self_attention = RotaryAttention(d_model, num_heads, num_kv_heads, d_head)
        self.self_attention_add_norm = AddNorm(d_model, dropout, True, norm)
        self.feed_forward = GatedFeedForward(d_model, d_ff)
        self.feed_forward_add_norm = AddNorm(d_model, dropout, True, norm)

    def forward(self, x, rotate, mask=None, cache=None):
        """B T D -> B T D. Arguments as in `RotaryAttention`."""
        x = self.self_attention_add_norm(x, lambda x: self.self_attention(x, rotate, mask, cache))
        return self.feed_forward_add_norm(x, self.feed_forward)
