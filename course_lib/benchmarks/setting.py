"""What the benchmarks share: the recipe of a source, its data, and our training at full speed."""

from dataclasses import replace

from course_lib.data import load_translations, train_translation_tokenizer
from course_lib.models import Translator, TranslatorConfig
from course_lib.objectives import TeacherForcing
from course_lib.recipes.translator import recipe_for
from course_lib.runtime import seed_everything
from course_lib.training import Trainer


class Setting:
    """A data set, as the recipe for it prepares it."""

    def __init__(self, source):
        self.recipe = recipe_for(source)
        self.rows, self.held_out = load_translations(source, "train"), load_translations(source, "validation")
        self.tokenizer = train_translation_tokenizer(self.rows, self.recipe.vocab_size)
        self.config = TranslatorConfig(vocab_size=len(self.tokenizer), **self.recipe.sizes)
        self.batches = self.recipe.batches(self.rows, self.tokenizer, self.config.max_length)
        self.objective = TeacherForcing(self.recipe.label_smoothing)

    def new_translator(self):
        """Our translator, untrained."""
        seed_everything(0)
        return Translator(self.config)

    def train(self, model, seconds):
        """Train by the recipe for `seconds`; the useful tokens per second."""
        plan = replace(self.recipe.plan, steps=None, minutes=seconds / 60, evaluations=1)
        return Trainer(model, self.batches, self.objective, plan).train()[-1]["tokens_per_second"]
