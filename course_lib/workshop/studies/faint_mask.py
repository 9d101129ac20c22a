"""How large a number, taken from the scores of the future, keeps a decoder layer from reading the next word?

The layer writes lists of random colors whose source it doesn't get to see. So the best it can do without the future is
to give each color the same probability, which has the loss `BEST`; a lower one proves that it has read the next word.
"""

import math

import torch
import torch.nn.functional as F
from torch import nn

from course_lib.nn import DecoderLayer, Memory, View, causal_mask
from course_lib.workshop.studies.harness import adam, descend, mean
from course_lib.workshop.studies.study import Numbers, Study

COLORS, LENGTH = 11, 6  # of them, and in a list
BOS, EOS = COLORS, COLORS + 1
BEST = LENGTH * math.log(COLORS) / (LENGTH + 1)  # EOS, the last token, is certain
STEPS = 50, 100, 150, 200, 300, 400, 600, 800, 1000  # after which the loss is noted
AVERAGED = 10  # steps


class Faint(View):
    """A view that lets the future be seen, with a penalty: its mask is `faint`."""

    def __init__(self, x: torch.Tensor, memory: Memory, faint: torch.Tensor):
        super().__init__(x, memory=memory)
        self.faint = faint

    def mask(self, window: int | None = None) -> torch.Tensor:
        """What is added to the scores."""
        return self.faint


class Writer(nn.Module):
    """A decoder layer between an embedding and a linear layer; all that it gets of the source is its length."""

    def __init__(self, d_model: int = 32):
        super().__init__()
        self.token, self.position = nn.Embedding(COLORS + 2, d_model), nn.Embedding(LENGTH + 1, d_model)
        self.layer = DecoderLayer(d_model, num_heads=4, d_ff=2 * d_model)
        self.output = nn.Linear(d_model, COLORS + 2)

    def forward(self, target: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Logits of the next token at each position."""
        positions = self.position(torch.arange(LENGTH + 1))
        x, memory = self.token(target) + positions, Memory(positions[:-1].expand(len(target), -1, -1))
        return self.output(self.layer(x, Faint(x, memory, mask), 0))


def measure(
    seed: int = 0,
    penalty: float | None = None,
    keys_are_zero: bool = False,
    steps: tuple[int, ...] = STEPS,
    rate: float = 0.005,
    batch: int = 32,
) -> Numbers:
    """The loss after each number of steps, as a mean over the last ones. Without a penalty the future is at −∞."""
    model, positions = Writer(), torch.arange(LENGTH + 1)
    taken = math.inf if penalty is None else penalty
    mask = torch.zeros(LENGTH + 1, LENGTH + 1).masked_fill(~causal_mask(positions), -taken)
    if keys_are_zero:
        for parameter in model.layer.self_attention.k_proj.parameters():
            nn.init.zeros_(parameter.requires_grad_(False))

    def loss():
        colours = torch.randint(COLORS, (batch, LENGTH))
        logits = model(F.pad(colours, (1, 0), value=BOS), mask)
        return F.cross_entropy(logits.flatten(0, 1), F.pad(colours, (0, 1), value=EOS).flatten())

    losses = descend(adam(model, rate), loss, steps[-1])
    return {"loss": [mean(losses[max(0, step - AVERAGED) : step]) for step in steps]}


STUDY = Study(
    measure=measure,
    arms={
        "0": {"penalty": 0.0},
        "2": {"penalty": 2.0},
        "4": {"penalty": 4.0},
        "6": {"penalty": 6.0},
        "8": {"penalty": 8.0},
        "10": {"penalty": 10.0},
        "20": {"penalty": 20.0},
        "∞": {},
        "a billion": {"penalty": 1e9},
        "0, keys of zeros": {"penalty": 0.0, "keys_are_zero": True},
        "4, keys of zeros": {"penalty": 4.0, "keys_are_zero": True},
    },
    toy={"steps": (1, 2), "batch": 3},
)
