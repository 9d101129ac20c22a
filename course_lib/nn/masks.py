"""Attention masks: True means that a query may attend to a key (slide "Why masked multi-head attention")."""

import math
from collections.abc import Callable

from course_lib.shapes import BoolMask, FloatMask, IdsBS, IdsBT, Mask, PositionsS, PositionsT


def causal_mask(q_positions: PositionsT, k_positions: PositionsS | None = None) -> BoolMask:
    """Return a mask that is True if the key is not later than the query.

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
    """Return a mask that is True if the key is not later than the query and within its window (slide "SWA").

    The window includes the query itself: a window of 3 is the query and the two tokens before it.

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
    """Return a mask B 1 1 S that is True for keys that are not padding."""
    return (token_ids != pad_id)[:, None, None, :]


def segment_mask(q_segments: IdsBT, k_segments: IdsBS) -> BoolMask:
    """Return a mask B 1 T S that is True if query and key belong to the same packed sequence."""
    return (q_segments.unsqueeze(-1) == k_segments.unsqueeze(-2)).unsqueeze(1)


def biased(bias: FloatMask, mask: BoolMask) -> FloatMask:
    """Combine a bool mask and numbers that are added to the scores into one float mask."""
    return bias.masked_fill(~mask, -math.inf)


def attention_mask(
    q_positions: PositionsT,
    k_positions: PositionsS,
    window: int | None = None,
    padded: bool = False,
    segments: IdsBT | None = None,
    bias: Callable | None = None,
) -> Mask:
    """Combine all masks: causal, window, padding, packed sequences, and bias.

    Args:
        q_positions, k_positions: absolute positions, -1 for padding if `padded`.
        window: number of tokens that a query can attend to, including itself. Default: no limit.
        padded: whether there may be padding.
        segments: for packed sequences, the number of the sequence that each token belongs to. Attention stays within a
            sequence.
        bias: a function from positions to numbers that are added to the scores, H T S or B H T S.
    """
    mask = causal_mask(q_positions, k_positions) if window is None else window_mask(q_positions, k_positions, window)
    if padded:
        mask = mask & (k_positions >= 0).unsqueeze(-2).unsqueeze(-3)
    if segments is not None:
        mask = mask & segment_mask(segments, segments)
    return mask if bias is None else biased(bias(q_positions, k_positions), mask)
