"""Evaluation of trained models on held-out data: losses, accuracies, and other scores."""

from course_lib.evaluation.chat import AnswerScores, answer, evaluate_chat, evaluate_vlm, look_at
from course_lib.evaluation.classification import classify, evaluate_classifier
from course_lib.evaluation.clip import evaluate_clip
from course_lib.evaluation.false_premises import (
    answer_turns,
    denies,
    evaluate_premises,
    premises_about,
    score_premises,
)
from course_lib.evaluation.language_model import evaluate_language_model, mean_loss, score_texts
from course_lib.evaluation.masked import evaluate_masked
from course_lib.evaluation.policy import reward_and_kl
from course_lib.evaluation.preferences import evaluate_preferences, preference_margins
from course_lib.evaluation.translation import evaluate_translator, score_translations
from course_lib.evaluation.zero_shot import (
    best_class,
    class_vectors,
    encode_captions,
    encode_pictures,
    recall_at_1,
)
