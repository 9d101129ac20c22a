"""Multi-head latent attention, which computes keys and values from a short latent (DeepSeek-V2, 2024, section 2.1)."""

import math

import torch
from torch import nn

from course_lib.nn.attention import merge_heads, scaled_dot_product_attention, split_heads
from course_lib.nn.rms_norm import RMSNorm
from course_lib.nn.rotary import Rotary
from course_lib.nn.view import View
from course_lib.shapes import BHTE, BTD, Gathered, Mask


class LatentAttention(nn.Module):
    """Multi-head latent attention, which caches one latent and one rotated key per token for any number of heads.

    Each head computes its keys and values from the latent. RoPE depends on the position, and a rotated key can't be
    computed from the latent later, so only part of each query and key is rotated. All heads share this part of the key.

    Args:
        d_model: D, the width of the model.
        num_heads: H, the number of heads.
        d_latent: size of the latent (`kv_lora_rank` in DeepSeek's configs).
        d_content: size of the part of a head's query and key that is not rotated (`qk_nope_head_dim`).
        d_rope: size of the part that is rotated (`qk_rope_head_dim`).
        d_value: size of a head's value. Default: `d_content`.
        d_query: size of a second latent, from which the queries are computed to save parameters (`q_lora_rank`).
            Default: the queries are computed from the input.
        eps: a small number in the normalization of the latents, which prevents a division by zero.
        rotary: the rotary embeddings for the rotated part. Default: no rotation.
        window: number of tokens that a query can attend to, including itself. Default: all tokens before it.
    """

    is_recurrent = False

    def __init__(
        self,
        d_model: int,
        num_heads: int,
        d_latent: int,
        d_content: int,
        d_rope: int,
        d_value: int | None = None,
        d_query: int | None = None,
        eps: float = 1e-6,
        rotary: Rotary | None = None,
        window: int | None = None,
    ):
        super().__init__()
        self.rotary, self.window = rotary, window
        self.num_heads, self.widths, self.split = num_heads, (d_latent, d_rope), (d_content, d_rope)
        d_value = d_content if d_value is None else d_value
        self.q_latent = nn.Identity()
        if d_query is not None:
            self.q_latent = nn.Sequential(nn.Linear(d_model, d_query, bias=False), RMSNorm(d_query, eps))
        self.q_proj = nn.Linear(d_query or d_model, num_heads * (d_content + d_rope), bias=False)
        self.latent_proj = nn.Linear(d_model, d_latent, bias=False)
        self.latent_norm = RMSNorm(d_latent, eps)
        self.rope_proj = nn.Linear(d_model, d_rope, bias=False)
        self.k_up_proj = nn.Linear(d_latent, num_heads * d_content, bias=False)
        self.v_up_proj = nn.Linear(d_latent, num_heads * d_value, bias=False)
        self.o_proj = nn.Linear(num_heads * d_value, d_model, bias=False)
        self.attend = scaled_dot_product_attention

    def forward(self, x: BTD, view: View, layer: int) -> BTD:
        content, turned = split_heads(self.q_proj(self.q_latent(x)), self.num_heads).split(self.split, dim=-1)
        # The rotation views pairs as complex numbers, which must start at even offsets in memory.
        turned = turned.clone(memory_format=torch.contiguous_format)
        q = torch.cat([content, view.rotate(turned, self.rotary)], dim=-1)
        latent = self.latent_norm(self.latent_proj(x))[:, None]
        latents = torch.cat([latent, view.rotate(self.rope_proj(x)[:, None], self.rotary)], dim=-1)
        latents, _ = view.update(layer, latents, latents[..., :0])
        gather = self.expanded if x.shape[1] > 1 else self.absorbed
        return self.o_proj(merge_heads(gather(q, latents, view.mask(self.window))))

    def expanded(self, q: BHTE, latents: torch.Tensor, mask: Mask | None) -> Gathered:
        """Compute keys and values for each head, then plain attention. This is faster for many new tokens."""
        latent, turned = latents.split(self.widths, dim=-1)
        k, v = (split_heads(proj(latent[:, 0]), self.num_heads) for proj in (self.k_up_proj, self.v_up_proj))
        k = torch.cat([k, turned.expand(-1, self.num_heads, -1, -1)], dim=-1)
        return self.attend(q, k, v, mask)

    def absorbed(self, q: BHTE, latents: torch.Tensor, mask: Mask | None) -> Gathered:
        """Compute attention directly on the latents, without building keys. This is faster for one new token.

        Because q·(W c) = (Wᵀq)·c, the key projection can be applied to the query instead (weight absorption).
        """
        content, turned = q.split(self.split, dim=-1)
        k_weight, v_weight = (
            proj.weight.unflatten(0, (self.num_heads, -1)) for proj in (self.k_up_proj, self.v_up_proj)
        )
        longer = torch.cat([content @ k_weight, turned], dim=-1)  # the kernel divides by the square root of this size
        scale = math.sqrt(longer.shape[-1] / q.shape[-1])
        return self.attend(longer * scale, latents, latents[..., : self.widths[0]], mask) @ v_weight.mT
