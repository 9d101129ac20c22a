"""What the benchmarks share: the recipe of a source, its data, and our training at full speed."""

from dataclasses import replace
from pathlib import Path

from course_lib.models import Translator
from course_lib.runtime import seed_everything
from course_lib.training import Trainer
from course_lib.workshop.recipes import RECIPES


class Setting:
    """A data set, as the recipe for it prepares it."""

    def __init__(self, source: Path | str):
        self.recipe = RECIPES["translator"].on(source)
        self.rows, self.held_out = (self.recipe.load(source, split) for split in ("train", "validation"))
        bundle = self.recipe.build(self.rows)
        self.tokenizer, self.config, self.objective = bundle.tokenizer, bundle.model.config, self.recipe.objective
        self.batches = self.recipe.batches(self.recipe.readable(self.rows, bundle)[0], bundle, seed=0)

    def new_translator(self) -> Translator:
        """Our translator, untrained."""
        seed_everything(0)
        return Translator(self.config)

    def train(self, model: Translator, seconds: float) -> float:
        """Train by the recipe for `seconds`; the useful tokens per second."""
        plan = replace(self.recipe.plan, steps=None, minutes=seconds / 60, evaluations=1)
        return Trainer(model, self.batches, self.objective, plan).train()[-1]["tokens_per_second"]
