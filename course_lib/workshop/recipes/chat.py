"""The recipe of the chat model: the base model, fine-tuned on dialogues (slide "Supervised step")."""

import random
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from course_lib.data import (
    Batches,
    ChatTemplate,
    conversation,
    fitting_dialogues,
    load_dialogues,
    load_stories,
    packed_batches,
)
from course_lib.data.messages import Conversation
from course_lib.errors import CourseError
from course_lib.evaluation import evaluate_chat, evaluate_language_model
from course_lib.objectives import TokenPrediction
from course_lib.training import Plan
from course_lib.workshop.recipes.recipe import Bundle, Recipe, Scores, plain

if TYPE_CHECKING:  # slow to import, and whoever has rows has it already
    import datasets


EvaluationSet = tuple["datasets.Dataset", "datasets.Dataset | None"]  # questions, and in the little world stories


@dataclass(frozen=True, kw_only=True)
class ChatRecipe(Recipe["datasets.Dataset", EvaluationSet]):
    """Fine-tunes a model on dialogues.

    The shipped model has lost what the base model knew about stories: on these it is worse than a uniform guess over
    the vocabulary (`stories` on its card). The recipe replays no stories; in lesson 12, which trains for 120 steps,
    replay keeps the perplexity near that of the base model.
    """

    tokens_per_batch: int
    stories: int = 100  # on which the base model's perplexity is measured again
    sampled: int = 200  # questions that are answered for the log

    load = staticmethod(load_dialogues)

    def build(self, rows: "datasets.Dataset", start: Bundle) -> Bundle:
        """Return the base model and its tokenizer."""
        return start

    def fitting(self, rows: "datasets.Dataset", bundle: Bundle) -> tuple["datasets.Dataset", int]:
        """Return the dialogues whose question leaves room for an answer."""
        return fitting_dialogues(rows, ChatTemplate(bundle.tokenizer), bundle.model.config.max_length)

    def batches(self, rows: "datasets.Dataset", bundle: Bundle, seed: int) -> Batches:
        """Return all dialogues alone, and once more in chains; a batch row has several of them."""
        template, room = ChatTemplate(bundle.tokenizer), bundle.model.config.max_length
        conversations = [conversation(row) for row in rows]
        examples = [template.training(messages, room) for messages in conversations + chains(conversations, seed)]
        return packed_batches(examples, room, self.tokens_per_batch, seed)

    def evaluation_set(self, source: Path | str, split: str, bundle: Bundle) -> tuple[EvaluationSet, int]:
        """Return the questions that have one right answer, and in the little world the first stories."""
        rows, left_out = super().evaluation_set(source, split, bundle)
        stories = load_stories(source, split).select(range(self.stories)) if source == "world" else None
        return (answerable(rows), stories), left_out

    def sample(self, evaluation_set: EvaluationSet) -> EvaluationSet:
        """Return some questions of all kinds."""
        questions, stories = evaluation_set
        return questions.shuffle(seed=0).select(range(min(self.sampled, len(questions)))), stories

    def evaluate(self, evaluation_set: EvaluationSet, bundle: Bundle) -> Scores:
        """Return the share of exact answers."""
        questions, _ = evaluation_set
        return plain(evaluate_chat(bundle.model, bundle.tokenizer, questions))

    def more_scores(self, evaluation_set: EvaluationSet, bundle: Bundle) -> dict[str, Scores]:
        """Return the perplexity of stories, and that of a uniform guess over the vocabulary."""
        _, stories = evaluation_set
        if stories is None:
            return {}
        scores = plain(evaluate_language_model(bundle.model, bundle.tokenizer, stories))
        guess = {"perplexity": float(len(bundle.tokenizer))}
        return {"stories": {"all": {"perplexity": scores["all"]["perplexity"]}, "a uniform guess": guess}}


CHAT = ChatRecipe(
    name="chat",
    about="chat model",
    items="dialogues",
    objective=TokenPrediction(),
    plan=Plan(steps=4800, learning_rate=2e-3),
    watched=("exact",),
    starts_from=("base",),
    tokens_per_batch=2048,
)


def answerable(rows: "datasets.Dataset") -> "datasets.Dataset":
    """Return the rows that have one right answer: a request can be answered in many ways.

    Raises:
        CourseError: there are none.
    """
    single = [i for i, category in enumerate(rows["category"][:]) if category != "request"]
    if not single:
        raise CourseError(f"all {len(rows)} dialogues are requests: none has one right answer to score by")
    return rows.select(single)


def chains(conversations: list[Conversation], seed: int, most: int = 4) -> list[Conversation]:
    """Return all conversations once more, in random order, 2 to `most` of them joined to one.

    They teach a model that a new question may have nothing to do with the last one.
    """
    rng = random.Random(seed)
    shuffled = rng.sample(conversations, len(conversations))
    joined = []
    while shuffled:
        count = rng.randint(2, most)
        joined.append([message for messages in shuffled[:count] for message in messages])
        shuffled = shuffled[count:]
    return joined
