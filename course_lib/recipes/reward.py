"""The recipe of the reward model: which of two answers do people prefer? (InstructGPT's second step)"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from course_lib.data import (
    Batches,
    ChatTemplate,
    Tokenizer,
    fitting_preferences,
    load_preferences,
    preference_batches,
    preference_examples,
)
from course_lib.evaluation import evaluate_preferences
from course_lib.models import Llm, Scorer
from course_lib.objectives import BradleyTerry
from course_lib.recipes.recipe import Recipe, Scores, plain
from course_lib.training import Plan

if TYPE_CHECKING:  # slow to import, and whoever has rows has it already
    import datasets


@dataclass(frozen=True, kw_only=True)
class RewardRecipe(Recipe):
    """Learns the pairs of `load_preferences`, as the chat model with a new last layer."""

    tokens_per_batch: int

    objective = BradleyTerry()

    def load(self, source: Path | str, split: str) -> "datasets.Dataset":
        """The pairs of answers."""
        return load_preferences(source, split)

    def build(self, rows: "datasets.Dataset", start: tuple[Llm, Tokenizer]) -> tuple[Scorer, Tokenizer]:
        """The chat model with a new last layer, and its tokenizer."""
        llm, tokenizer = start
        return Scorer.from_llm(llm), tokenizer

    def fitting(self, rows: "datasets.Dataset", model: Scorer, tokenizer: Tokenizer) -> tuple["datasets.Dataset", int]:
        """The pairs of which both sides fit into the context."""
        return fitting_preferences(rows, ChatTemplate(tokenizer), model.config.max_length)

    def batches(self, rows: "datasets.Dataset", model: Scorer, tokenizer: Tokenizer, *, seed: int) -> Batches:
        """Pairs of similar lengths together."""
        pairs = preference_examples(rows, ChatTemplate(tokenizer))
        return preference_batches(pairs, self.tokens_per_batch, seed)

    def evaluate(self, exam: "datasets.Dataset", model: Scorer, tokenizer: Tokenizer) -> Scores:
        """How often the preferred answer scores higher."""
        return plain(evaluate_preferences(model, tokenizer, exam))


REWARD = RewardRecipe(
    name="reward",
    about="reward model",
    items="pairs",
    plan=Plan(steps=800, learning_rate=7e-4, weight_decay=0.05, average=0.98),
    watched=("accuracy",),
    starts_from=("chat",),
    tokens_per_batch=4000,
)
