"""Gated DeltaNet, a recurrent layer with a matrix as its state (Yang et al. 2025). Qwen3-Next uses this layer."""

import math

import torch
import torch.nn.functional as F
from torch import nn

from course_lib.errors import CourseError
from course_lib.nn.attention import merge_heads, split_heads
from course_lib.nn.delta_rule import delta_rule, delta_rule_steps
from course_lib.nn.rms_norm import RMSNorm
from course_lib.nn.short_convolution import ShortConvolution
from course_lib.nn.view import View
from course_lib.shapes import BHT, BHTE, BTD, BoolsBT


class GatedDeltaNet(nn.Module):
    """A token mixer that replaces attention, with a state whose size doesn't depend on the length of the text.

    Queries, keys, and values pass through a `ShortConvolution`, and queries and keys are normalized. For each token,
    each head computes a decay α and a write strength β, see `delta_rule`. The output is normalized and multiplied by a
    gate.

    Args:
        d_model: D, the width of the model.
        num_heads: H, the number of value heads.
        d_key, d_value: the widths of a head's keys and values. The state of a head is a d_key x d_value matrix.
        num_key_heads: the number of query and key heads. Each one serves H / `num_key_heads` value heads. Default: H.
        kernel_size: the number of tokens that the convolution covers.
        eps: a small number in the normalization of the output, which prevents a division by zero.

    Raises:
        CourseError: `num_heads` is not a multiple of `num_key_heads`.
    """

    is_recurrent, window = True, None

    def __init__(
        self,
        d_model: int,
        num_heads: int,
        d_key: int,
        d_value: int,
        num_key_heads: int | None = None,
        kernel_size: int = 4,
        eps: float = 1e-6,
    ):
        super().__init__()
        self.num_heads, self.num_key_heads = num_heads, num_heads if num_key_heads is None else num_key_heads
        if min(num_heads, self.num_key_heads) < 1 or num_heads % self.num_key_heads:
            raise CourseError(f"num_heads must be a multiple of num_key_heads, got {num_heads} and {num_key_heads}")
        self.widths = (self.num_key_heads * d_key, self.num_key_heads * d_key, num_heads * d_value)
        self.q_proj, self.k_proj, self.v_proj = (nn.Linear(d_model, width, bias=False) for width in self.widths)
        self.convolution = ShortConvolution(sum(self.widths), kernel_size)
        self.beta_proj = nn.Linear(d_model, num_heads, bias=False)
        self.decay_proj = nn.Linear(d_model, num_heads, bias=False)
        # -log α is the product of a step size and a rate. Before training, it is mostly between 0.001 and 0.1.
        step = torch.empty(num_heads).uniform_(math.log(0.0001), math.log(0.01)).exp()
        self.decay_bias = nn.Parameter(step.expm1().log())  # the inverse of softplus
        self.log_rate = nn.Parameter(torch.empty(num_heads).uniform_(1, 16).log())
        self.gate_proj = nn.Linear(d_model, num_heads * d_value, bias=False)
        self.norm = RMSNorm(d_value, eps)
        self.o_proj = nn.Linear(num_heads * d_value, d_model, bias=False)

    def forward(self, x: BTD, view: View, layer: int) -> BTD:
        cache, real = view.state(layer), view.real()
        state, before = cache.read(*self.nothing(x))
        q, k, v, before = self.queries_keys_values(x, before, real)
        beta, log_decay = self.shares(x, real)
        rule = delta_rule_steps if x.shape[1] == 1 else delta_rule
        precise = (part.to(state.dtype) for part in (q, k, v, beta, log_decay))
        output, state = rule(*precise, state)
        cache.write(state, before)
        gate = F.silu(split_heads(self.gate_proj(x), self.num_heads))
        return self.o_proj(merge_heads(self.norm(output).to(x.dtype) * gate))

    def nothing(self, x: BTD) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the initial state of a sequence and the initial inputs of the convolution, which are all zeros.

        The state is in single precision or higher.
        """
        reach, keys, values = self.convolution.weight.shape[1] - 1, self.widths[1], self.widths[2]
        sizes = len(x), self.num_heads, keys // self.num_key_heads, values // self.num_heads
        dtype = torch.promote_types(x.dtype, torch.float32)
        return x.new_zeros(sizes, dtype=dtype), x.new_zeros(len(x), reach, sum(self.widths))

    def queries_keys_values(self, x: BTD, before: torch.Tensor, real: BoolsBT | None) -> tuple[torch.Tensor, ...]:
        """Compute the queries, keys, and values of all heads.

        Queries are normalized to length 1/√d_key, and keys to length 1.

        Args:
            x: vectors of the new tokens.
            before: the last inputs of the convolution in the previous call.
            real: mask of the new tokens that are not padding, or None if there is no padding.

        Returns:
            The queries, keys, and values, split into heads, and the last inputs of the convolution.
        """
        projected = torch.cat([self.q_proj(x), self.k_proj(x), self.v_proj(x)], dim=-1)
        projected, before = self.convolution(projected, before, real)
        q, k, v = projected.split(self.widths, dim=-1)
        q, k = (unit(split_heads(part, self.num_key_heads)) for part in (q, k))
        q, k = (part.repeat_interleave(self.num_heads // self.num_key_heads, dim=1) for part in (q, k))
        return q / math.sqrt(q.shape[-1]), k, split_heads(v, self.num_heads), before

    def shares(self, x: BTD, real: BoolsBT | None) -> tuple[BHT, BHT]:
        """Compute the write strength β and the log-decay log α for each token and head.

        Both are 0 for padding tokens, which then leave the state unchanged. The rate is computed in single precision or
        higher, even if the weights are stored in 16 bits.
        """
        beta = self.beta_proj(x).sigmoid().mT
        rate = self.log_rate.to(torch.promote_types(x.dtype, torch.float32)).exp()
        log_decay = -(rate * F.softplus(self.decay_proj(x) + self.decay_bias)).mT
        return (beta, log_decay) if real is None else (beta * real[:, None], log_decay * real[:, None])


def unit(x: BHTE, eps: float = 1e-6) -> BHTE:
    """Scale each vector to length 1."""
    return x * torch.rsqrt(x.square().sum(dim=-1, keepdim=True) + eps)
