"""How well a masked language model guesses what is hidden (Devlin et al. 2019, section 3.1)."""

from dataclasses import dataclass

import torch

from course_lib.data import MaskTokens
from course_lib.models import Bert
from course_lib.objectives import masked_cross_entropy


@dataclass(frozen=True)
class MaskedScores:
    """`loss` in nats for each hidden token, and the percent that was `guessed`."""

    texts: int
    loss: float
    guessed: float


@torch.no_grad()
def evaluate_masked(
    model: Bert, texts: list[list[int]], mask_id: int, rate: float = 0.15, seed: int = 0
) -> MaskedScores:
    """Choose a share `rate` of the tokens of `texts`, as in training, and score the guesses behind each mask.

    Only places with a mask count: those of the chosen that stay as they are could be copied.
    """
    batch = MaskTokens(mask_id, model.config.vocab_size, rate)(texts, torch.Generator().manual_seed(seed))
    batch = batch.to(model.embedding.table.weight.device)
    hidden = batch.tokens == mask_id
    labels, logits = batch.labels[hidden], model.eval()(batch.tokens, keep=hidden)
    guessed = (logits.argmax(dim=-1) == labels).float().mean().item()
    return MaskedScores(len(texts), float(masked_cross_entropy(logits, labels).mean), 100 * guessed)
