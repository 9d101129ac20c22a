"""Do stacks without the residual, or without the norm, only need a smaller learning rate or a longer training?

The stacks, the rings and the training are those of the study `depth`, which has 60 updates with the rate 0.01.
"""

from course_lib.nn import EncoderLayer
from course_lib.shapes import BTD
from course_lib.workshop.studies.depth import NoNorm, NoResidual, make_stack, train
from course_lib.workshop.studies.study import Numbers, Study


class OnlyAroundAttention(EncoderLayer):
    """Post-norm without the addition around the feed-forward network."""

    def forward(self, x: BTD) -> BTD:
        """Read a sequence."""
        x = self.self_attention_norm(x + self.self_attention(x))
        return self.feed_forward_norm(self.feed_forward(x))


class OnlyAroundFeedForward(EncoderLayer):
    """Post-norm without the addition around the attention."""

    def forward(self, x: BTD) -> BTD:
        """Read a sequence."""
        x = self.self_attention_norm(self.self_attention(x))
        return self.feed_forward_norm(x + self.feed_forward(x))


def measure(
    seed: int = 0,
    frame: type[EncoderLayer] = NoResidual,
    num_layers: int = 4,
    updates: int = 200,
    rate: float = 0.01,
    warm_up: int = 1,
) -> Numbers:
    """The percent of right answers after the training."""
    return {"right": train(make_stack(num_layers, frame), updates, rate, warm_up)}


NO_NORM = {"frame": NoNorm, "num_layers": 16, "updates": 100}
STUDY = Study(
    measure=measure,
    arms={
        "no residual, 0.01": {},
        "no residual, 0.003": {"rate": 0.003},
        "no residual, 0.001": {"rate": 0.001},
        "no residual, warm-up to 0.01": {"warm_up": 50},
        "only around attention, 0.003": {"frame": OnlyAroundAttention, "rate": 0.003},
        "only around the feed-forward network, 0.003": {"frame": OnlyAroundFeedForward, "rate": 0.003},
        "no norm, 0.01": NO_NORM,
        "no norm, 0.003": {**NO_NORM, "rate": 0.003},
    },
    toy={"num_layers": 2, "updates": 1},
)
