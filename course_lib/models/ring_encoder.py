"""A small model for the puzzle of the rings (`course_lib.data.rings`): a stack of encoder layers over a set."""

from collections.abc import Callable

from torch import nn

from course_lib.data.rings import ANIMALS
from course_lib.nn import EncoderLayer
from course_lib.shapes import BTV, IdsBT


class RingEncoder(nn.Module):
    """Encoder layers with one head over a set of animals; for each animal, one logit per possible answer.

    Each animal is a token: the sum of two embeddings, its own name and the name of the animal that it chases. There are
    no positions, so the order of the tokens makes no difference.

    Args:
        num_layers: how many layers.
        d_model: the width of the vectors.
        new_layer: makes a layer from its width, its number of heads, and the width of its feed-forward network.
    """

    def __init__(self, num_layers: int, d_model: int = 32, new_layer: Callable[..., nn.Module] = EncoderLayer):
        super().__init__()
        self.runner, self.chased = nn.Embedding(ANIMALS, d_model), nn.Embedding(ANIMALS, d_model)
        self.layers = nn.Sequential(*(new_layer(d_model, 1, 2 * d_model) for _ in range(num_layers)))
        self.answer = nn.Linear(d_model, ANIMALS)

    def forward(self, runner: IdsBT, chased: IdsBT) -> BTV:
        """Return the logits of the animal that each token is asked for."""
        return self.answer(self.layers(self.runner(runner) + self.chased(chased)))
