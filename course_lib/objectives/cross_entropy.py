"""Cross-entropy over the tokens that a model has to predict (slide "LLMs learning: loss function")."""

from course_lib.errors import CourseError
from course_lib.objectives.objective import TokenLoss
from course_lib.shapes import Bools, Ids, Logits


def masked_cross_entropy(
    logits: Logits, targets: Ids, mask: Bools | None = None, label_smoothing: float = 0.0
) -> TokenLoss:
    """Compute the cross-entropy -log p(token | context), in nats, summed over the tokens where `mask` is True.

    Args:
        logits: the scores before the softmax.
        targets: the ids of the true tokens.
        mask: True at the tokens to be predicted. Default: all tokens.
        label_smoothing: the share of the target distribution that is spread evenly over the vocabulary (Szegedy et al.
            2016, section 7).

    Raises:
        CourseError: the shapes of `logits` and `targets` don't match.
    """
    if logits.shape[:-1] != targets.shape:
        wanted, got = tuple(logits.shape[:-1]), tuple(targets.shape)
        raise CourseError(f"logits {tuple(logits.shape)} need targets {wanted}, got {got}")
    if mask is not None:
        logits, targets = logits[mask], targets[mask]
    log_p = logits.float().log_softmax(dim=-1)
    losses = -log_p.gather(-1, targets.unsqueeze(-1)).squeeze(-1)
    if label_smoothing:
        losses = (1 - label_smoothing) * losses - label_smoothing * log_p.mean(dim=-1)
    return TokenLoss(losses.sum(), losses.numel())
