"""Who may attend to whom: bool masks, True = may attend (slide "Why masked multi-head attention")."""

import math
from collections.abc import Callable

from course_lib.shapes import BoolMask, FloatMask, IdsBS, IdsBT, Mask, PositionsS, PositionsT


def causal_mask(q_positions: PositionsT, k_positions: PositionsS | None = None) -> BoolMask:
    """True where the key is not later than the query.

    Args:
        q_positions: absolute positions of the queries.
        k_positions: absolute positions of the keys; default: those of the queries.

    Returns:
        bool, T S, or B 1 T S for positions that differ by sequence.
    """
    k_positions = q_positions if k_positions is None else k_positions
    mask = q_positions.unsqueeze(-1) >= k_positions.unsqueeze(-2)
    return mask.unsqueeze(1) if mask.dim() == 3 else mask


def window_mask(q_positions: PositionsT, k_positions: PositionsS, window_size: int) -> BoolMask:
    """True where the key is not later than the query, and among the last `window_size` (slide "SWA").

    The window counts the query itself: a window of 3 is the query and the two before it. Arguments and result as in
    `causal_mask`.
    """
    too_far = causal_mask(q_positions - window_size, k_positions)
    return causal_mask(q_positions, k_positions) & ~too_far


def padding_mask(token_ids: IdsBS, pad_id: int) -> BoolMask:
    """True where a key is a real token, B 1 1 S: the same for all heads and queries."""
    return (token_ids != pad_id)[:, None, None, :]


def segment_mask(q_segments: IdsBT, k_segments: IdsBS) -> BoolMask:
    """True where query and key belong to the same text of several in one row, B 1 T S."""
    return (q_segments.unsqueeze(-1) == k_segments.unsqueeze(-2)).unsqueeze(1)


def biased(bias: FloatMask, mask: BoolMask) -> FloatMask:
    """One float mask from numbers that are added to the scores and a bool mask that fits."""
    return bias.masked_fill(~mask, -math.inf)


def attention_mask(
    q_positions: PositionsT,
    k_positions: PositionsS,
    window: int | None = None,
    padded: bool = False,
    segments: IdsBT | None = None,
    bias: Callable | None = None,
) -> Mask:
    """Real tokens see themselves and real tokens before them, in the same text and within the window.

    Args:
        q_positions, k_positions: absolute ones; where it is `padded`, -1 marks padding.
        window: how many tokens a query sees, itself included; None: all.
        segments: where several texts share a row: attention stays among equal numbers.
        bias: a function from the positions to numbers that are added to the scores, H T S or B H T S.
    """
    mask = causal_mask(q_positions, k_positions) if window is None else window_mask(q_positions, k_positions, window)
    if padded:
        mask = mask & (k_positions >= 0).unsqueeze(-2).unsqueeze(-3)
    if segments is not None:
        mask = mask & segment_mask(segments, segments)
    return mask if bias is None else biased(bias(q_positions, k_positions), mask)
