"""The recipe of the reward model: which of two answers do people prefer? (InstructGPT's second step)"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from course_lib.data import (
    Batches,
    ChatTemplate,
    fitting_preferences,
    load_preferences,
    preference_batches,
    preference_examples,
)
from course_lib.evaluation import evaluate_preferences
from course_lib.models import Scorer
from course_lib.objectives import BradleyTerry
from course_lib.training import Plan
from course_lib.workshop.recipes.recipe import Bundle, Recipe, Scores, plain

if TYPE_CHECKING:  # slow to import, and whoever has rows has it already
    import datasets


@dataclass(frozen=True, kw_only=True)
class RewardRecipe(Recipe["datasets.Dataset", "datasets.Dataset"]):
    """Learns which of two answers is preferred, as the chat model with a new last layer."""

    tokens_per_batch: int

    load = staticmethod(load_preferences)

    def build(self, rows: "datasets.Dataset", start: Bundle) -> Bundle:
        """Build the chat model with a new last layer."""
        return Bundle(Scorer.from_llm(start.model), start.tokenizer)

    def fitting(self, rows: "datasets.Dataset", bundle: Bundle) -> tuple["datasets.Dataset", int]:
        """Return the pairs of which both sides fit into the context."""
        return fitting_preferences(rows, ChatTemplate(bundle.tokenizer), bundle.model.config.max_length)

    def batches(self, rows: "datasets.Dataset", bundle: Bundle, seed: int) -> Batches:
        """Return batches of pairs of similar lengths."""
        pairs = preference_examples(rows, ChatTemplate(bundle.tokenizer))
        return preference_batches(pairs, self.tokens_per_batch, seed)

    def evaluate(self, evaluation_set: "datasets.Dataset", bundle: Bundle) -> Scores:
        """Return how often the preferred answer scores higher."""
        return plain(evaluate_preferences(bundle.model, bundle.tokenizer, evaluation_set))


REWARD = RewardRecipe(
    name="reward",
    about="reward model",
    items="pairs",
    objective=BradleyTerry(),
    plan=Plan(steps=800, learning_rate=7e-4, weight_decay=0.05, average=0.98),
    watched=("accuracy",),
    starts_from=("chat",),
    tokens_per_batch=4000,
)
