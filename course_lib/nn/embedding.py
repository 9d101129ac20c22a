"""From token ids to vectors (slide "Encoder", step 1)."""

import math

from torch import nn

from course_lib.errors import CourseError
from course_lib.shapes import Ids, Vectors


class TokenEmbedding(nn.Module):
    """A trained vector per token, scaled by √D so that it keeps up with the positions (Vaswani et al. 2017, 3.4).

    Where no positions are added, another `scale` may serve.
    """

    def __init__(self, vocab_size: int, d_model: int, scale: float | None = None):
        super().__init__()
        self.scale = math.sqrt(d_model) if scale is None else scale
        self.table = nn.Embedding(vocab_size, d_model)
        nn.init.normal_(self.table.weight, std=d_model**-0.5)

    def forward(self, token_ids: Ids) -> Vectors:
        """Return a vector for each token. Raises CourseError for an id that is not in the table."""
        if token_ids.numel():  # checked before: a graphics card would abort the process
            low, high = map(int, token_ids.aminmax())
            if low < 0 or high >= self.table.num_embeddings:
                last = self.table.num_embeddings - 1
                raise CourseError(f"token ids must be 0 to {last}, got ids from {low} to {high}")
        return self.table(token_ids) * self.scale
