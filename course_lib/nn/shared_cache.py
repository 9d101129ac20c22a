"""Layers that read the keys and values of another layer (Brandon et al. 2024, cross-layer attention)."""

from collections.abc import Callable

from course_lib.nn.attention import MultiHeadAttention, identity
from course_lib.nn.kv_cache import KeysValues, Lender
from course_lib.shapes import BHTE, BSD, BTD, Mask


class SharedCacheAttention(MultiHeadAttention):
    """Attention with queries of its own; keys and values are those that an earlier layer has made, and turned.

    Arguments as those of `MultiHeadAttention`, with the numbers of heads of the layer that lends.
    """

    def __init__(self, *args: int | bool | None, **kwargs: int | bool | None):
        super().__init__(*args, **kwargs)
        del self.k_proj, self.v_proj

    def forward(
        self,
        x: BTD,
        source: BSD | KeysValues | None = None,
        mask: Mask | None = None,
        cache: Lender | None = None,
        rotate: Callable[[BHTE], BHTE] = identity,
    ) -> BTD:
        """Arguments as those of `MultiHeadAttention`, but for the cache: the `Lender` of the earlier layer."""
        return super().forward(x, cache.lent, mask, None, rotate)
