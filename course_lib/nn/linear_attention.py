"""Linear attention, which has no softmax and uses a matrix as its state (Katharopoulos et al. 2020)."""

import torch
import torch.nn.functional as F
from torch import nn

from course_lib.nn.attention import head_sizes, merge_heads, split_heads
from course_lib.nn.view import View
from course_lib.shapes import BHTE, BTD, Gathered, Matrices

CHUNK = 64  # number of tokens in a chunk


def linear_attention(q: BHTE, k: BHTE, v: Gathered, state: Matrices, chunk: int = CHUNK) -> tuple[Gathered, Matrices]:
    """Compute linear attention without normalization: at each token, add k vᵀ to the state, then multiply it by q.

    The chunks are computed one after another. Within a chunk, this is attention without a softmax; earlier chunks
    contribute through the state (Katharopoulos et al. 2020, sections 3.2 to 3.4).

    Args:
        q, k, v: queries, keys, and values.
        state: the state before the first token.
        chunk: the number of tokens in a chunk.

    Returns:
        The output for each token, and the state after the last token.
    """
    output = []
    for some_q, some_k, some_v in zip(*(x.split(chunk, dim=2) for x in (q, k, v)), strict=True):
        output.append((some_q @ some_k.mT).tril() @ some_v + some_q @ state)
        state = state + some_k.mT @ some_v
    return torch.cat(output, dim=2), state


class LinearAttention(nn.Module):
    """Multi-head linear attention with the weights φ(q)·φ(k), divided by their sum, where φ(x) = elu(x) + 1.

    Each head has one matrix as its state. It stores Σ φ(k) vᵀ, and Σ φ(k) as an additional last column. RoPE is not
    used, because a rotated φ(k) could have negative entries, and the weights must be positive.

    Args:
        d_model: D, the width of the model.
        num_heads: H, the number of heads.
        d_head: E, the width of each head. Default: D / H.

    Raises:
        CourseError: `d_head` is not given, and `d_model` is not a multiple of `num_heads`.
    """

    is_recurrent, window = True, None

    def __init__(self, d_model: int, num_heads: int, d_head: int | None = None):
        super().__init__()
        self.num_heads = num_heads
        _, self.d_head = head_sizes(d_model, num_heads, None, d_head)
        inner = num_heads * self.d_head
        self.q_proj, self.k_proj, self.v_proj = (nn.Linear(d_model, inner, bias=False) for _ in range(3))
        self.o_proj = nn.Linear(inner, d_model, bias=False)

    def forward(self, x: BTD, view: View, layer: int) -> BTD:
        cache, real = view.state(layer), view.real()
        q, k, v = (split_heads(proj(x), self.num_heads) for proj in (self.q_proj, self.k_proj, self.v_proj))
        q, k, v = F.elu(q) + 1, F.elu(k) + 1, F.pad(v, (0, 1), value=1.0)
        k = k if real is None else k * real[:, None, :, None]
        (state,) = cache.read(x.new_zeros(len(x), self.num_heads, self.d_head, self.d_head + 1))
        output, state = linear_attention(q, k, v, state)
        cache.write(state)
        # Because of the clamp, the output for an empty state is zero and not NaN.
        sums, norm = output[..., :-1], output[..., -1:].clamp(min=torch.finfo(x.dtype).tiny)
        return self.o_proj(merge_heads(sums / norm))
