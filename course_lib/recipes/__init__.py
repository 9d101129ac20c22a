"""How each trained model of the course is made, one file each."""

from course_lib.recipes.aligned import train_aligned
from course_lib.recipes.base import train_base
from course_lib.recipes.chat import train_chat
from course_lib.recipes.clip import train_clip
from course_lib.recipes.connector import train_connector
from course_lib.recipes.reward import train_reward
from course_lib.recipes.translator import train_translator
from course_lib.recipes.vit import train_vit
from course_lib.recipes.vlm import train_vlm
from course_lib.recipes.vlm_aligned import train_vlm_aligned

RECIPES = {
    "translator": train_translator,
    "base": train_base,
    "chat": train_chat,
    "reward": train_reward,
    "aligned": train_aligned,
    "connector": train_connector,
    "vlm": train_vlm,
    "vlm-aligned": train_vlm_aligned,
    "vit": train_vit,
    "clip": train_clip,
}

__all__ = [
    "RECIPES",
    "train_aligned",
    "train_base",
    "train_chat",
    "train_clip",
    "train_connector",
    "train_reward",
    "train_translator",
    "train_vit",
    "train_vlm",
    "train_vlm_aligned",
]
