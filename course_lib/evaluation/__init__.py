"""Scores of trained models on held-out data."""

from course_lib.evaluation.chat import AnswerScores, answer, evaluate_chat
from course_lib.evaluation.language_model import LanguageScores, evaluate_language_model, score_texts
from course_lib.evaluation.policy import reward_and_kl
from course_lib.evaluation.preferences import PreferenceScores, evaluate_preferences, preference_margins
from course_lib.evaluation.translation import TranslationScores, evaluate_translator, score_translations

__all__ = [
    "AnswerScores",
    "LanguageScores",
    "PreferenceScores",
    "TranslationScores",
    "answer",
    "evaluate_chat",
    "evaluate_language_model",
    "evaluate_preferences",
    "evaluate_translator",
    "preference_margins",
    "reward_and_kl",
    "score_texts",
    "score_translations",
]
