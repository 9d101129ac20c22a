"""Attention masks, where True means that a query may attend to a key (slide "Why masked multi-head attention")."""

import math
from collections.abc import Callable

from course_lib.shapes import BoolMask, FloatMask, IdsBS, IdsBT, Mask, PositionsS, PositionsT


def causal_mask(q_positions: PositionsT, k_positions: PositionsS | None = None) -> BoolMask:
    """Return a mask that lets each query attend to keys at its own position and before.

    Args:
        q_positions: absolute positions of the queries.
        k_positions: absolute positions of the keys. Default: the positions of the queries.

    Returns:
        A bool mask T S, or B 1 T S if the positions differ between batch rows.
    """
    k_positions = q_positions if k_positions is None else k_positions
    mask = q_positions.unsqueeze(-1) >= k_positions.unsqueeze(-2)
    return mask.unsqueeze(1) if mask.dim() == 3 else mask


def window_mask(q_positions: PositionsT, k_positions: PositionsS, window_size: int) -> BoolMask:
    """Return a causal mask that lets each query attend only to keys within a sliding window (slide "SWA").

    The window includes the query itself: with a window of 3, a token attends to itself and the two tokens before it.

    Args:
        q_positions: absolute positions of the queries.
        k_positions: absolute positions of the keys.
        window_size: the number of tokens in the window.

    Returns:
        A bool mask T S, or B 1 T S if the positions differ between batch rows.
    """
    too_far = causal_mask(q_positions - window_size, k_positions)
    return causal_mask(q_positions, k_positions) & ~too_far


def padding_mask(token_ids: IdsBS, pad_id: int) -> BoolMask:
    """Return a mask of shape B 1 1 S that is True for keys that are not padding."""
    return (token_ids != pad_id)[:, None, None, :]


def segment_mask(q_segments: IdsBT, k_segments: IdsBS) -> BoolMask:
    """Return a mask of shape B 1 T S that is True if the query and the key belong to the same packed sequence."""
    return (q_segments.unsqueeze(-1) == k_segments.unsqueeze(-2)).unsqueeze(1)


def biased(bias: FloatMask, mask: BoolMask) -> FloatMask:
    """Combine a bias for the scores and a bool mask into one float mask, which is -inf where the bool mask is False."""
    return bias.masked_fill(~mask, -math.inf)


def attention_mask(
    q_positions: PositionsT,
    k_positions: PositionsS,
    window: int | None = None,
    padded: bool = False,
    segments: IdsBT | None = None,
    bias: Callable | None = None,
) -> Mask:
    """Combine the causal, window, padding, and packing masks and the bias into one mask.

    Args:
        q_positions, k_positions: absolute positions of the queries and keys, with -1 for padding if `padded` is True.
        window: number of tokens that a query can attend to, including itself. Default: no limit.
        padded: whether there may be padding.
        segments: for packed sequences, the number of the sequence to which each token belongs. A token attends only to
            its own sequence. Default: the sequences are not packed.
        bias: a function that takes the positions of queries and keys, and returns numbers to add to the scores, H T S
            or B H T S. Default: no bias.

    Returns:
        A bool mask, or a float mask if there is a bias.
    """
    mask = causal_mask(q_positions, k_positions) if window is None else window_mask(q_positions, k_positions, window)
    if padded:
        mask = mask & (k_positions >= 0).unsqueeze(-2).unsqueeze(-3)
    if segments is not None:
        mask = mask & segment_mask(segments, segments)
    return mask if bias is None else biased(bias(q_positions, k_positions), mask)
