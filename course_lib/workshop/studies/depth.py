"""What do the residual connection, the normalization and its place buy, as a stack of encoder layers gets deeper?

The stacks are asked who is two steps ahead in a ring, which one layer can tell: who fails, fails by the depth.
Before training: the gradient that reaches the first layer, and how alike the tokens are at the top. After a short
training: how many answers are right.
"""

from functools import partial

import torch
import torch.nn.functional as F

from course_lib.data.rings import draw_rings
from course_lib.models.ring_encoder import RingEncoder
from course_lib.nn import EncoderLayer
from course_lib.shapes import BTD
from course_lib.workshop.studies.harness import adam, descend
from course_lib.workshop.studies.ring import loss_on, percent_right
from course_lib.workshop.studies.study import Numbers, Study

SIZE, AHEAD, WIDTH = 6, 2, 32


class NoResidual(EncoderLayer):
    """Blocks and normalizations, without the additions."""

    def forward(self, x: BTD) -> BTD:
        """Read a sequence."""
        x = self.self_attention_norm(self.self_attention(x))
        return self.feed_forward_norm(self.feed_forward(x))


class NoNorm(EncoderLayer):
    """Blocks and additions, without the normalizations."""

    def forward(self, x: BTD) -> BTD:
        """Read a sequence."""
        x = x + self.self_attention(x)
        return x + self.feed_forward(x)


def make_stack(num_layers: int, frame: type[EncoderLayer] = EncoderLayer, norm_first: bool = False) -> RingEncoder:
    """A stack of layers of the class `frame`."""
    return RingEncoder(num_layers, WIDTH, partial(frame, norm_first=norm_first))


def train(model: RingEncoder, updates: int, rate: float = 0.01, warm_up: int = 1, batch: int = 32) -> float:
    """Train, and return the percent of right answers; the rate rises to `rate` in the first `warm_up` updates."""
    optimizer = adam(model, rate)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda update: min(1, (update + 1) / warm_up))
    descend(optimizer, lambda: loss_on(model, *draw_rings(batch, SIZE, AHEAD)), updates, schedule)
    return percent_right(model, *draw_rings(1000, SIZE, AHEAD))


def gradient_at_layer_1(model: RingEncoder) -> float:
    """The norm of the gradient of all weights of the first layer, before training."""
    loss_on(model, *draw_rings(64, SIZE, AHEAD)).backward()
    gradients = [weight.grad.norm() for weight in model.layers[0].parameters() if weight.grad is not None]
    return torch.stack(gradients).norm().item()


@torch.no_grad()
def similarity_at_the_top(model: RingEncoder) -> float:
    """The mean cosine similarity of two tokens of a ring above the last layer."""
    runner, chased, _ = draw_rings(64, SIZE, AHEAD)
    unit = F.normalize(model.layers(model.runner(runner) + model.chased(chased)), dim=-1)
    return (unit @ unit.mT)[:, ~torch.eye(SIZE, dtype=torch.bool)].mean().item()


def measure(
    seed: int = 0,
    frame: type[EncoderLayer] = EncoderLayer,
    norm_first: bool = False,
    depths: tuple[int, ...] = (1, 2, 4, 8, 16),
    trained_depths: tuple[int, ...] = (1, 4, 16),
    updates: int = 60,
) -> Numbers:
    """Gradient and similarity before training for each of `depths`, percents after it for each of `trained_depths`."""
    stacks = [make_stack(depth, frame, norm_first) for depth in depths]
    return {
        "gradient": [gradient_at_layer_1(stack) for stack in stacks],
        "similarity": [similarity_at_the_top(stack) for stack in stacks],
        "right": [train(make_stack(depth, frame, norm_first), updates) for depth in trained_depths],
    }


STUDY = Study(
    measure=measure,
    arms={
        "post-norm": {},
        "pre-norm": {"norm_first": True},
        "no residual": {"frame": NoResidual},
        "no norm": {"frame": NoNorm},
    },
    toy={"depths": (1, 2), "trained_depths": (1,), "updates": 1},
)
