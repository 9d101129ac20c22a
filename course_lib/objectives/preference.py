"""Learning from preferences between two answers (slide "LLMs learning: three main steps")."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F

from course_lib.data.preference_pairs import PreferenceBatch
from course_lib.errors import CourseError
from course_lib.objectives.objective import TokenLoss
from course_lib.objectives.policy import token_log_probabilities
from course_lib.shapes import BT, Logits, PairsB, PerRow


def bradley_terry(chosen_scores: PerRow, rejected_scores: PerRow) -> TokenLoss:
    """Compute -log p(chosen beats rejected), where p is the sigmoid of the difference between the two scores.

    The loss is summed over the pairs. (Bradley and Terry 1952; as a loss of reward models: Ouyang et al. 2022, equation
    1)
    """
    return TokenLoss(-F.logsigmoid(chosen_scores - rejected_scores).sum(), len(chosen_scores))


def dpo(
    chosen_log_p: PerRow,
    rejected_log_p: PerRow,
    reference_chosen_log_p: PerRow,
    reference_rejected_log_p: PerRow,
    beta: float = 0.1,
) -> TokenLoss:
    """Compute the DPO loss, which is the Bradley-Terry loss with beta · log(p / reference p) as the score of an answer.

    The arguments are log-probabilities of whole answers, summed over their tokens.

    Args:
        chosen_log_p: log p of the chosen answers under the policy.
        rejected_log_p: log p of the rejected answers under the policy.
        reference_chosen_log_p: log p of the chosen answers under the reference model.
        reference_rejected_log_p: log p of the rejected answers under the reference model.
        beta: the KL coefficient. A smaller value lets the policy move further away from the reference model.

    (Rafailov et al. 2023, equation 7)
    """
    chosen_scores = beta * (chosen_log_p - reference_chosen_log_p)
    rejected_scores = beta * (rejected_log_p - reference_rejected_log_p)
    return bradley_terry(chosen_scores, rejected_scores)


def pair_log_probabilities(model: Callable[..., Logits], batch: PreferenceBatch) -> PairsB:
    """Return the log-probabilities of the two answers in each pair, summed over the tokens of an answer."""
    labels, keep = (ids.flatten(0, 1) for ids in (batch.labels, batch.is_label))
    log_p = torch.zeros(keep.shape, device=keep.device)
    log_p[keep] = token_log_probabilities(model(**batch.inputs, keep=keep), labels[keep])
    return log_p.sum(dim=1).view(-1, 2)


def pair_scores(model: Callable[..., BT], batch: PreferenceBatch) -> PairsB:
    """Return a `Scorer`'s scores for the two dialogues in each pair, taken at the last token of each dialogue."""
    scores = model(batch.tokens.flatten(0, 1))
    return scores.gather(1, batch.last.view(-1, 1)).view(-1, 2)


@dataclass(frozen=True)
class BradleyTerry:
    """The training objective for a reward model: the chosen answer should get a higher score than the rejected one."""

    def __call__(self, model: Callable[..., BT], batch: PreferenceBatch) -> TokenLoss:
        """Return the loss of a `Scorer` on a batch, summed over the pairs."""
        return bradley_terry(*pair_scores(model, batch).unbind(dim=1))


@dataclass(frozen=True)
class DirectPreference:
    """The training objective for direct preference optimization (DPO), which needs no reward model.

    The DPO loss depends only on the difference between the two answers, so training can make both of them less likely.
    A second term can prevent this: -log p per token of the chosen answer, multiplied by `anchor`.

    Args:
        beta: the KL coefficient.
        anchor: the weight of the second term. Default: there is no second term.

    (Rafailov et al. 2023, equation 7; second term: Pang et al. 2024, equation 1)
    """

    beta: float = 0.1
    anchor: float = 0.0

    def __call__(self, model: Callable[..., Logits], batch: PreferenceBatch) -> TokenLoss:
        """Return the loss of the policy on a batch, summed over the pairs.

        Raises:
            CourseError: the batch lacks the log-probabilities of the reference model.
        """
        if batch.reference_log_p is None:
            raise CourseError(
                "the pairs lack the reference model's log-probabilities; add them with course_lib.data.with_reference"
            )
        log_p = pair_log_probabilities(model, batch)
        preference = dpo(*log_p.unbind(dim=1), *batch.reference_log_p.unbind(dim=1), self.beta)
        surprise = -(log_p[:, 0] / batch.is_label[:, 0].sum(dim=-1)).sum()
        return TokenLoss(preference.total + self.anchor * surprise, preference.count)
