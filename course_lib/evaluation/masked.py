"""The accuracy of a masked language model at predicting masked tokens (Devlin et al. 2019, section 3.1)."""

from dataclasses import dataclass

import torch

from course_lib.data import MaskTokens
from course_lib.models import Bert
from course_lib.objectives import masked_cross_entropy


@dataclass(frozen=True)
class MaskedScores:
    """The scores of a masked language model on a set of texts.

    Attributes:
        texts: the number of texts.
        loss: the mean loss per masked token, in nats.
        guessed: the percentage of masked tokens that are predicted correctly.
    """

    texts: int
    loss: float
    guessed: float


@torch.no_grad()
def evaluate_masked(
    model: Bert, texts: list[list[int]], mask_id: int, rate: float = 0.15, seed: int = 0
) -> MaskedScores:
    """Mask random tokens as in training, and score the model's predictions for them.

    In training, some of the chosen tokens are not replaced by the mask token. They are not scored here, because the
    model could simply copy those that stay unchanged.

    Args:
        model: a `Bert`.
        texts: lists of token ids.
        mask_id: the id of the mask token.
        rate: the share of tokens that are chosen.
        seed: the seed for the choice of tokens.
    """
    batch = MaskTokens(mask_id, model.config.vocab_size, rate)(texts, torch.Generator().manual_seed(seed))
    batch = batch.to(model.embedding.table.weight.device)
    hidden = batch.tokens == mask_id
    labels, logits = batch.labels[hidden], model.eval()(batch.tokens, keep=hidden)
    guessed = (logits.argmax(dim=-1) == labels).float().mean().item()
    return MaskedScores(len(texts), float(masked_cross_entropy(logits, labels).mean), 100 * guessed)
