"""A small encoder for the puzzle of the rings (`course_lib.data.rings`)."""

from collections.abc import Callable

from torch import nn

from course_lib.data.rings import ANIMALS
from course_lib.nn import EncoderLayer
from course_lib.shapes import BTV, IdsBT


class RingEncoder(nn.Module):
    """A stack of one-head encoder layers over a set of animals, with one logit per possible answer for each animal.

    Each animal is a token: the sum of an embedding of its name and an embedding of the animal that it chases. There are
    no positions, so the order of the tokens makes no difference.

    Args:
        num_layers: number of layers.
        d_model: size of the vectors.
        new_layer: function from d_model, the number of heads, and d_ff to a layer.
    """

    def __init__(self, num_layers: int, d_model: int = 32, new_layer: Callable[..., nn.Module] = EncoderLayer):
        super().__init__()
        self.runner, self.chased = nn.Embedding(ANIMALS, d_model), nn.Embedding(ANIMALS, d_model)
        self.layers = nn.Sequential(*(new_layer(d_model, 1, 2 * d_model) for _ in range(num_layers)))
        self.answer = nn.Linear(d_model, ANIMALS)

    def forward(self, runner: IdsBT, chased: IdsBT) -> BTV:
        """Return the logits of the answer for each token."""
        return self.answer(self.layers(self.runner(runner) + self.chased(chased)))
