"""How each trained model of the course is made, one file each."""

from course_lib.recipes.translator import train_translator

RECIPES = {"translator": train_translator}

__all__ = ["RECIPES", "train_translator"]
