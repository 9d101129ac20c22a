"""Training objectives: loss functions, and classes that compute the loss of a model on a batch."""

from course_lib.objectives.advantages import (
    BaselineAdvantages,
    CriticAdvantages,
    GroupAdvantages,
    generalized_advantages,
    group_advantages,
    leave_one_out,
    token_rewards,
    whiten,
)
from course_lib.objectives.auxiliary import WithAuxiliary
from course_lib.objectives.classification import Classification
from course_lib.objectives.contrastive import Contrastive, contrastive, same_rows, sigmoid_contrastive
from course_lib.objectives.cross_entropy import masked_cross_entropy
from course_lib.objectives.objective import Objective, TokenLoss
from course_lib.objectives.policy import (
    grpo,
    kl_divergence,
    kl_k1,
    kl_k3,
    ppo_clip,
    reinforce,
    token_log_probabilities,
    value_loss,
)
from course_lib.objectives.preference import (
    BradleyTerry,
    DirectPreference,
    bradley_terry,
    dpo,
    pair_log_probabilities,
    pair_scores,
)
from course_lib.objectives.reinforcement import GroupRelativePolicy, ProximalPolicy, Reinforce
from course_lib.objectives.teacher_forcing import TeacherForcing
from course_lib.objectives.token_prediction import TokenPrediction
