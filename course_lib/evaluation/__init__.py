"""Scores of trained models on held-out data."""

from course_lib.evaluation.translation import TranslationScores, evaluate_translator, score_translations

__all__ = ["TranslationScores", "evaluate_translator", "score_translations"]
