"""Token embeddings (slide "Encoder", step 1)."""

import math

from torch import nn

from course_lib.errors import CourseError
from course_lib.shapes import Ids, Vectors


class TokenEmbedding(nn.Module):
    """A table with a trained vector for each token id, scaled to about the size of the positional encodings.

    Args:
        vocab_size: the number of token ids.
        d_model: D, the width of the model.
        scale: the factor by which all vectors are multiplied. Default: √D (Vaswani et al. 2017, section 3.4).
    """

    def __init__(self, vocab_size: int, d_model: int, scale: float | None = None):
        super().__init__()
        self.scale = math.sqrt(d_model) if scale is None else scale
        self.table = nn.Embedding(vocab_size, d_model)
        nn.init.normal_(self.table.weight, std=d_model**-0.5)

    def forward(self, token_ids: Ids) -> Vectors:
        """Return the scaled vector of each token.

        Raises:
            CourseError: a token id is not in the vocabulary.
        """
        if token_ids.numel():  # a GPU would abort the process on an invalid id, so we check here
            low, high = map(int, token_ids.aminmax())
            if low < 0 or high >= self.table.num_embeddings:
                last = self.table.num_embeddings - 1
                raise CourseError(
                    f"token ids must be 0 to {last}, got ids from {low} to {high}; use the tokenizer of this model"
                )
        return self.table(token_ids) * self.scale
