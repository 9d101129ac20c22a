"""PyTorch's fused attention, with shortcuts that make it faster on a CPU and give the same results."""

import torch
import torch.nn.functional as F

from course_lib.shapes import BHTE, BKSE, BoolMask, Gathered, Mask, Values

BLOCK = 128  # queries


def scaled_dot_product_attention(q: BHTE, k: BKSE, v: Values, mask: Mask | None = None) -> Gathered:
    """Compute softmax(q kᵀ / √E) v with PyTorch's kernel.

    The result equals `attention_weights(q, k, mask) @ v`.

    Args:
        q, k, v: queries, keys, and values. K divides H, and each key-value head serves H / K query heads.
        mask: a bool mask, where True means that the query may attend to the key, or a float mask, which is added to the
            scores.

    Returns:
        The weighted sum of the values for each query. It is zero for a query that may not attend to any key.
    """
    if q.is_cpu and q.shape[2] > BLOCK and mask is not None and mask.dtype == torch.bool:
        return attend_in_blocks(q, k, v, mask)
    if q.shape[1] != k.shape[1]:
        return attend_in_groups(q, k, v, mask)
    return F.scaled_dot_product_attention(q, k, v, attn_mask=mask)


def attend_in_blocks(q: BHTE, k: BKSE, v: Values, mask: BoolMask) -> Gathered:
    """Compute the same attention for many queries, one block at a time, skipping keys that the block may not attend to.

    Under a causal mask, this skips almost half of the scores; under a sliding window, most scores of a long text. On a
    CPU, PyTorch's kernel computes all scores, whatever the mask is.
    """
    mask = mask.expand(*mask.shape[:-2], q.shape[2], k.shape[2])
    gathered = []
    for some, block in zip(q.split(BLOCK, dim=2), mask.split(BLOCK, dim=-2), strict=True):
        seen = block.view(torch.uint8).flatten(0, -2).amax(dim=0).nonzero()
        keys = slice(seen[0].item(), seen[-1].item() + 1) if len(seen) else slice(0, 1)
        gathered.append(scaled_dot_product_attention(some, k[:, :, keys], v[:, :, keys], block[..., keys]))
    return torch.cat(gathered, dim=2)


def attend_in_groups(q: BHTE, k: BKSE, v: Values, mask: Mask | None) -> Gathered:
    """Compute the same attention with fewer key-value heads than query heads.

    With one new token, as in decoding, the query heads that share keys become the rows of one matrix, so each key is
    read only once.
    """
    if q.shape[2] > 1:
        return F.scaled_dot_product_attention(q, k, v, attn_mask=mask, enable_gqa=True)
    b, h, _, e = q.shape
    if mask is not None and mask.dim() > 2 and mask.shape[-3] > 1:
        mask = mask.unflatten(-3, (k.shape[1], -1)).squeeze(-2)
    rows = F.scaled_dot_product_attention(q.reshape(b, k.shape[1], -1, e), k, v, attn_mask=mask)
    return rows.view(b, h, 1, -1)
