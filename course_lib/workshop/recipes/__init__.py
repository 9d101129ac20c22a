"""How each trained model of the course is made and scored, one file each."""

from course_lib.workshop.recipes.aligned import ALIGNED
from course_lib.workshop.recipes.base import BASE
from course_lib.workshop.recipes.bert import BERT
from course_lib.workshop.recipes.chat import CHAT
from course_lib.workshop.recipes.clip import CLIP
from course_lib.workshop.recipes.connector import CONNECTOR
from course_lib.workshop.recipes.recipe import Recipe
from course_lib.workshop.recipes.reward import REWARD
from course_lib.workshop.recipes.runner import recipe_of, run, score
from course_lib.workshop.recipes.smollm2 import CONNECTOR_SMOLLM2, VLM_SMOLLM2
from course_lib.workshop.recipes.translator import TRANSLATOR
from course_lib.workshop.recipes.vit import VIT
from course_lib.workshop.recipes.vlm import VLM
from course_lib.workshop.recipes.vlm_aligned import VLM_ALIGNED

RECIPES = {
    recipe.name: recipe
    for recipe in (
        TRANSLATOR,
        BERT,
        BASE,
        CHAT,
        REWARD,
        ALIGNED,
        CONNECTOR,
        VLM,
        VLM_ALIGNED,
        VIT,
        CLIP,
        CONNECTOR_SMOLLM2,
        VLM_SMOLLM2,
    )
}
