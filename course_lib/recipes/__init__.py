"""How each trained model of the course is made, one file each."""

from course_lib.recipes.aligned import train_aligned
from course_lib.recipes.base import train_base
from course_lib.recipes.chat import train_chat
from course_lib.recipes.reward import train_reward
from course_lib.recipes.translator import train_translator

RECIPES = {
    "translator": train_translator,
    "base": train_base,
    "chat": train_chat,
    "reward": train_reward,
    "aligned": train_aligned,
}

__all__ = ["RECIPES", "train_aligned", "train_base", "train_chat", "train_reward", "train_translator"]
