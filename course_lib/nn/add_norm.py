"""Addition and normalization around a block (slide "Encoder Layer", steps 2 and 3, 5 and 6)."""

from collections.abc import Callable

from torch import nn

from course_lib.shapes import BTD


class AddNorm(nn.Module):
    """The residual connection and the layer norm around a block, in one of two orders.

    Post-norm (the slides; Vaswani et al. 2017, section 3.1): norm(x + block(x)).
    Pre-norm (`norm_first=True`; Xiong et al. 2020, section 3.1): x + block(norm(x)), easier to train when deep.
    Dropout acts on the block's output, before the addition. `norm` makes the normalization, from the width.
    """

    def __init__(self, d_model: int, dropout: float = 0.0, norm_first: bool = False, norm: Callable = nn.LayerNorm):
        super().__init__()
        self.norm = norm(d_model)
        self.dropout = nn.Dropout(dropout)
        self.norm_first = norm_first

    def forward(self, x: BTD, block: Callable[[BTD], BTD]) -> BTD:
        """What the block makes of `x`, added to it and normalized."""
        if self.norm_first:
            return x + self.dropout(block(self.norm(x)))
        return self.norm(x + self.dropout(block(x)))
