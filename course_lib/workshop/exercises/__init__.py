"""Exercises that check themselves: `check("01.3", answer)` says what is wrong with an answer, and gives its points.

An `Exercise` is a true answer and what it is tried on. Each lesson has a module of them, and beside it a table of the
mistakes that people make.
"""

from course_lib.workshop.exercises.checking import check
from course_lib.workshop.exercises.exercise import Exercise, exercises_of, find_exercise

__all__ = ["Exercise", "check", "exercises_of", "find_exercise"]
