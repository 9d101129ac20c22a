"""CLIP's text tower, which encodes a caption as one vector (slide "Contrastive Language-Image Pre-Training")."""

from dataclasses import dataclass

import torch
from torch import nn

from course_lib.data import EOS
from course_lib.errors import CourseError
from course_lib.models.base import Model
from course_lib.models.towers import check_activation, encoder_layers, norm_of, read_one
from course_lib.nn import LearnedPositions, TokenEmbedding, View
from course_lib.shapes import BD, BTD, BoolMask, IdsBT, PositionsB, check_shape


@dataclass(frozen=True, kw_only=True)
class TextConfig:
    """The config of a `TextTower`.

    Args:
        end_id: the id of the token that ends every text, as in CLIP. The mask is then causal, so only the end token
            attends to the whole text, and its vector represents the text. With None, as in SigLIP, there is no mask,
            so all tokens attend to each other and to the padding, and the vector at the last position represents the
            text.
    """

    vocab_size: int
    d_model: int = 128
    d_ff: int = 512
    num_heads: int = 4
    num_layers: int = 4
    max_length: int = 32
    dropout: float = 0.0
    activation: str = "gelu"
    norm_eps: float = 1e-5
    end_id: int | None = EOS

    def __post_init__(self):
        check_activation(self.activation)


class TextTower(Model):
    """A transformer that encodes each text as one vector, with learned positions and pre-norm layers.

    (Radford et al. 2021, section 2.4)
    """

    self_attention_kind = "decoder"

    def __init__(self, config: TextConfig):
        super().__init__(config)
        self.embedding = TokenEmbedding(config.vocab_size, config.d_model)
        self.positions = LearnedPositions(config.d_model, config.max_length)
        self.dropout = nn.Dropout(config.dropout)
        self.layers = encoder_layers(config)
        self.norm = norm_of(config)(config.d_model)

    def hidden(self, tokens: IdsBT) -> BTD:
        """Return the hidden state of the last layer for each token, after the final norm."""
        x, mask = self.embed(tokens)
        for layer in self.layers:
            x = layer(x, mask)
        return self.norm(x)

    def embed(self, tokens: IdsBT) -> tuple[BTD, BoolMask | None]:
        """Compute the input of the first layer, and the causal mask. The mask is None if there is no end token."""
        check_shape(tokens, "B T")
        view = View(tokens)
        x = self.dropout(self.embedding(tokens) + self.positions(view.positions))
        return x, None if self.config.end_id is None else view.mask()

    def forward(self, tokens: IdsBT) -> BD:
        """Encode each text as one vector.

        With an end token, the tokens after it, such as padding, have no effect. Only one position of each text is
        needed from the last layer, so the last layer computes only this position.

        Raises:
            CourseError: a text is too long, or it lacks the end token.
        """
        x, mask = self.embed(tokens)
        for layer in self.layers[:-1]:
            x = layer(x, mask)
        last = self.last(tokens)
        one = x[torch.arange(len(x), device=x.device), last].unsqueeze(1)
        return self.norm(read_one(self.layers[-1], one, x, None if mask is None else mask[last][:, None, None]))

    def last(self, tokens: IdsBT) -> PositionsB:
        """Find the position of the token that represents each text: its end token, or the last position.

        Raises:
            CourseError: a text lacks the end token.
        """
        if self.config.end_id is None:
            return torch.full((len(tokens),), tokens.shape[1] - 1, device=tokens.device)
        is_end = tokens == self.config.end_id
        if not is_end.any(dim=1).all():
            raise CourseError(
                f"every text must contain the end token, whose id is {self.config.end_id}, got a text without it"
            )
        return is_end.int().argmax(dim=1)
