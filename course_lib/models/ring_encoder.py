"""A small encoder for the ring puzzle in `course_lib.data.rings`."""

from collections.abc import Callable

from torch import nn

from course_lib.data.rings import ANIMALS
from course_lib.nn import EncoderLayer
from course_lib.shapes import BTV, IdsBT


class RingEncoder(nn.Module):
    """An encoder that solves the ring puzzle for each animal, with one attention head per layer.

    Each token is an animal. Its vector is the sum of two embeddings: one for the animal, and one for the animal that it
    chases. There are no positional encodings, so the order of the tokens makes no difference.

    Args:
        num_layers: the number of layers.
        d_model: the dimension of the token vectors.
        new_layer: the function that makes each layer from d_model, the number of heads, and d_ff.
    """

    def __init__(self, num_layers: int, d_model: int = 32, new_layer: Callable[..., nn.Module] = EncoderLayer):
        super().__init__()
        self.runner, self.chased = nn.Embedding(ANIMALS, d_model), nn.Embedding(ANIMALS, d_model)
        self.layers = nn.Sequential(*(new_layer(d_model, 1, 2 * d_model) for _ in range(num_layers)))
        self.answer = nn.Linear(d_model, ANIMALS)

    def forward(self, runner: IdsBT, chased: IdsBT) -> BTV:
        """Predict the answer for each animal.

        Args:
            runner: the ids of the animals.
            chased: the id of the animal that each of them chases.

        Returns:
            For each animal, one logit per possible answer.
        """
        return self.answer(self.layers(self.runner(runner) + self.chased(chased)))
