"""What does a place to leave attention, a sink, change in a small decoder?

The softmax gets one logit more for each head; what goes there is left out of the sum over the values. It is 0
("off by one"), or learned as in gpt-oss (2025). The decoder is that of the study `positions`. Xiao et al. (2023) saw
large models leave their attention on the first token, and fail once a window hides it: both is measured.
"""

import torch
import torch.nn.functional as F
from torch import nn

from course_lib.data import load_stories, predict_next
from course_lib.data.story_characters import pieces
from course_lib.models import Llm
from course_lib.models.character_decoder import LENGTH, new_decoder
from course_lib.nn.attention import attention_weights
from course_lib.workshop.studies.positions import held_out_loss, train
from course_lib.workshop.studies.study import Numbers, Study

HALF = LENGTH // 2  # measured from here on: the window of 16 hides the first token from these


class SinkAttention(nn.Module):
    """Takes the place of `scaled_dot_product_attention`; `sinks` has one logit for each head."""

    def __init__(self, sinks: torch.Tensor):
        super().__init__()
        self.sinks = sinks

    def forward(self, q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """What each query gathers."""
        return self.weights(q, k, v, mask)[..., 1:] @ v

    def weights(self, q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Attention weights; column 0 is the sink."""
        scores = torch.zeros(mask.shape).masked_fill(~mask, -torch.inf).expand(len(self.sinks), -1, -1)
        sinks = self.sinks[:, None, None].expand(-1, len(mask), 1)
        return attention_weights(q, F.pad(k, (0, 0, 1, 0)), torch.cat([sinks, scores], dim=-1))


def add_sinks(model: Llm, sink: float, learned: bool) -> None:
    """Give each layer a sink; -inf is the softmax as it was."""
    for layer in model.layers:
        sinks = torch.full((model.config.num_heads,), sink)
        layer.self_attention.attend = SinkAttention(nn.Parameter(sinks) if learned else sinks)


@torch.no_grad()
def shares(model: Llm, rows: int) -> dict[str, float]:
    """Of all attention in the second half of the pieces, the percents on the sinks and on the first token."""
    calls = []
    kernels = [layer.self_attention.attend for layer in model.layers]
    hooks = [each.register_forward_pre_hook(lambda kernel, args: calls.append((kernel, args))) for each in kernels]
    model(predict_next(pieces(LENGTH, "validation")[:rows]).tokens)
    for hook in hooks:
        hook.remove()
    weights = 100 * torch.stack([kernel.weights(*args) for kernel, args in calls])[..., HALF:, :].mean(dim=(1, 3))
    sink, first = weights[..., 0], weights[..., 1]  # L H
    return {"sink": float(sink.mean()), "first": float(first.mean()), "first, highest": float(first.max())}


def late_loss(model: Llm) -> float:
    """The loss in the second half of the pieces."""
    return float(held_out_loss(model)[HALF:].mean())


def measure(
    seed: int = 0,
    sink: float = -torch.inf,
    learned: bool = False,
    steps: int = 200,
    rows: int = 40,
) -> Numbers:
    """Where attention goes, the loss, and the loss once all layers have a window."""
    model = new_decoder()
    add_sinks(model, sink, learned)
    train(model, steps, seed)
    numbers = shares(model, rows) | {"loss": late_loss(model)}
    for layer in model.layers:
        layer.self_attention.window = 16
    return numbers | {"cut": late_loss(model)}


STUDY = Study(
    measure=measure,
    arms={
        "softmax": {},
        "a logit of 0": {"sink": 0.0},
        "a learned logit": {"sink": 0.0, "learned": True},
    },
    loaders=(load_stories,),
    toy={"steps": 1, "rows": 2},
)
