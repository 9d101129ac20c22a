"""The accuracy of a masked language model on hidden tokens (Devlin et al. 2019, section 3.1)."""

from dataclasses import dataclass

import torch

from course_lib.data import MaskTokens
from course_lib.models import Bert
from course_lib.objectives import masked_cross_entropy


@dataclass(frozen=True)
class MaskedScores:
    """Scores on hidden tokens: `loss` in nats per token, and `guessed`, the percentage predicted correctly."""

    texts: int
    loss: float
    guessed: float


@torch.no_grad()
def evaluate_masked(
    model: Bert, texts: list[list[int]], mask_id: int, rate: float = 0.15, seed: int = 0
) -> MaskedScores:
    """Mask tokens as in training, and score the model's predictions at the mask tokens.

    Other chosen tokens are not scored, because the model could copy those that stay as they are.

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
