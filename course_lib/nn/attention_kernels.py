"""PyTorch's fused attention, with shortcuts that give the same results faster, mainly on a CPU."""

import torch
import torch.nn.functional as F

from course_lib.shapes import BHTE, BKSE, BoolMask, Gathered, Mask, Values

BLOCK = 128  # number of queries in a block


def scaled_dot_product_attention(q: BHTE, k: BKSE, v: Values, mask: Mask | None = None) -> Gathered:
    """Compute attention, softmax(q kᵀ / √E) v, with PyTorch's fused kernel.

    The result equals `attention_weights(q, k, mask) @ v`.

    Args:
        q, k, v: queries, keys, and values. H is a multiple of K, and each key-value head serves H / K query heads.
        mask: a bool mask, where True means that the query may attend to the key, or a float mask, which is added to the
            scores. Default: no mask.

    Returns:
        The weighted sum of the values for each query. It is zero for a query that may not attend to any key.
    """
    if q.is_cpu and q.shape[2] > BLOCK and mask is not None and mask.dtype == torch.bool:
        return attend_in_blocks(q, k, v, mask)
    if q.shape[1] != k.shape[1]:
        return attend_in_groups(q, k, v, mask)
    return F.scaled_dot_product_attention(q, k, v, attn_mask=mask)


def attend_in_blocks(q: BHTE, k: BKSE, v: Values, mask: BoolMask) -> Gathered:
    """Compute attention for one block of queries at a time, and skip keys that the block may not attend to.

    The result is the same as without blocks. A causal mask lets us skip almost half of the scores, and a sliding window
    lets us skip most scores of a long text. PyTorch's CPU kernel computes all scores, whatever the mask is.
    """
    mask = mask.expand(*mask.shape[:-2], q.shape[2], k.shape[2])
    gathered = []
    for some, block in zip(q.split(BLOCK, dim=2), mask.split(BLOCK, dim=-2), strict=True):
        seen = block.view(torch.uint8).flatten(0, -2).amax(dim=0).nonzero()
        keys = slice(seen[0].item(), seen[-1].item() + 1) if len(seen) else slice(0, 1)
        gathered.append(scaled_dot_product_attention(some, k[:, :, keys], v[:, :, keys], block[..., keys]))
    return torch.cat(gathered, dim=2)


def attend_in_groups(q: BHTE, k: BKSE, v: Values, mask: Mask | None) -> Gathered:
    """Compute grouped-query attention, in which several query heads share each key-value head.

    For a single new token, as in decoding, the query heads that share a key-value head become the rows of one matrix.
    Each key is then read only once.
    """
    if q.shape[2] > 1:
        return F.scaled_dot_product_attention(q, k, v, attn_mask=mask, enable_gqa=True)
    b, h, _, e = q.shape
    if mask is not None and mask.dim() > 2 and mask.shape[-3] > 1:
        mask = mask.unflatten(-3, (k.shape[1], -1)).squeeze(-2)
    rows = F.scaled_dot_product_attention(q.reshape(b, k.shape[1], -1, e), k, v, attn_mask=mask)
    return rows.view(b, h, 1, -1)
