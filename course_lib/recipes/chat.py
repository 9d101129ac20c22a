"""The recipe of the chat model: the base model, fine-tuned on dialogues (slide "Supervised step")."""

import random
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from course_lib.data import (
    Batches,
    ChatTemplate,
    Tokenizer,
    conversation,
    fitting_dialogues,
    load_dialogues,
    packed_batches,
)
from course_lib.data.messages import Conversation
from course_lib.errors import CourseError
from course_lib.evaluation import evaluate_chat
from course_lib.models import Llm
from course_lib.objectives import TokenPrediction
from course_lib.recipes.recipe import Recipe, Scores, plain
from course_lib.training import Plan

if TYPE_CHECKING:  # slow to import, and whoever has rows has it already
    import datasets


@dataclass(frozen=True, kw_only=True)
class ChatRecipe(Recipe):
    """Fine-tunes on the dialogues of `load_dialogues`."""

    tokens_per_batch: int
    sampled: int = 200  # questions that are answered for the log

    objective = TokenPrediction()

    def load(self, source: Path | str, split: str) -> "datasets.Dataset":
        """The dialogues."""
        return load_dialogues(source, split)

    def build(self, rows: "datasets.Dataset", start: tuple[Llm, Tokenizer]) -> tuple[Llm, Tokenizer]:
        """The base model and its tokenizer."""
        return start

    def fitting(self, rows: "datasets.Dataset", model: Llm, tokenizer: Tokenizer) -> tuple["datasets.Dataset", int]:
        """The dialogues whose question leaves room for an answer."""
        return fitting_dialogues(rows, ChatTemplate(tokenizer), model.config.max_length)

    def batches(self, rows: "datasets.Dataset", model: Llm, tokenizer: Tokenizer, *, seed: int) -> Batches:
        """All dialogues alone, and once more in chains; several in a row of the batch."""
        template, room = ChatTemplate(tokenizer), model.config.max_length
        conversations = [conversation(row) for row in rows]
        examples = [template.training(messages, room) for messages in conversations + chains(conversations, seed)]
        return packed_batches(examples, room, self.tokens_per_batch, seed)

    def exam(self, source: Path | str, split: str, *kit: Any) -> tuple["datasets.Dataset", int]:
        """The questions that have one right answer."""
        rows, left_out = super().exam(source, split, *kit)
        return answerable(rows), left_out

    def sample(self, exam: "datasets.Dataset") -> "datasets.Dataset":
        """Some questions of all kinds."""
        return exam.shuffle(seed=0).select(range(min(self.sampled, len(exam))))

    def evaluate(self, exam: "datasets.Dataset", model: Llm, tokenizer: Tokenizer) -> Scores:
        """The share of exact answers."""
        return plain(evaluate_chat(model, tokenizer, exam))


CHAT = ChatRecipe(
    name="chat",
    about="chat model",
    items="dialogues",
    plan=Plan(steps=4800, learning_rate=2e-3),
    watched=("exact",),
    starts_from=("base",),
    tokens_per_batch=2048,
)


def answerable(rows: "datasets.Dataset") -> "datasets.Dataset":
    """Those of `rows` that have one right answer; requests may be met in many ways, well and badly.

    Raises:
        CourseError: there are none.
    """
    single = [i for i, category in enumerate(rows["category"][:]) if category != "request"]
    if not single:
        raise CourseError(f"all {len(rows)} dialogues are requests: none has one right answer to score by")
    return rows.select(single)


def chains(conversations: list[Conversation], seed: int, most: int = 4) -> list[Conversation]:
    """All conversations once more, in random order, 2 to `most` joined to one: people go on talking.

    So a model learns that a new question may have nothing to do with the last one.
    """
    dice = random.Random(seed)
    shuffled = dice.sample(conversations, len(conversations))
    joined = []
    while shuffled:
        count = dice.randint(2, most)
        joined.append([message for messages in shuffled[:count] for message in messages])
        shuffled = shuffled[count:]
    return joined
