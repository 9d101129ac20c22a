"""One layer of a modern decoder (slide "Beyond Plain Transformers"; Touvron et al. 2023, section 2.2)."""

from collections.abc import Callable

from torch import nn

from course_lib.nn.add_norm import AddNorm
from course_lib.nn.kv_cache import KVCache, Lender
from course_lib.nn.recurrent_state import RecurrentState
from course_lib.nn.rms_norm import RMSNorm
from course_lib.shapes import BTD, Mask

LayerCache = KVCache | Lender | RecurrentState | None


class LlmLayer(nn.Module):
    """Attention, then a feed-forward network; a normalization before each, and in Gemma 2 and 3 also behind each.

    Args:
        d_model: D.
        self_attention: a `MultiHeadAttention`, or what is called as it is, such as a `GatedDeltaNet`.
        feed_forward: such as a `GatedFeedForward` or a `MixtureOfExperts`.
        norm: makes a normalization, from D.
        post_norm: makes the one behind each block, before the addition; default: none.
        dropout: of what each block adds.
    """

    def __init__(
        self,
        d_model: int,
        self_attention: nn.Module,
        feed_forward: nn.Module,
        norm: Callable = RMSNorm,
        post_norm: Callable = nn.Identity,
        dropout: float = 0.0,
    ):
        super().__init__()
        self.self_attention = self_attention
        self.self_attention_add_norm = AddNorm(d_model, dropout, True, norm)
        self.self_attention_post_norm = post_norm(d_model)
        self.feed_forward = feed_forward
        self.feed_forward_add_norm = AddNorm(d_model, dropout, True, norm)
        self.feed_forward_post_norm = post_norm(d_model)

    def forward(self, x: BTD, rotate: Callable, mask: Mask | None = None, cache: LayerCache = None) -> BTD:
        """What the layer makes of `x`. Arguments as in `MultiHeadAttention`."""
        x = self.self_attention_add_norm(x, lambda x: self.attend(x, rotate, mask, cache))
        return self.feed_forward_add_norm(x, lambda x: self.feed_forward_post_norm(self.feed_forward(x)))

    def attend(self, x: BTD, rotate: Callable, mask: Mask | None, cache: LayerCache) -> BTD:
        """The attention block, with the normalization behind it."""
        return self.self_attention_post_norm(self.self_attention(x, None, mask, cache, rotate))
