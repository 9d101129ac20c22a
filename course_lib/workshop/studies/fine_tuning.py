"""What the studies of fine-tuning share: the dialogues of the lesson, its training, and what it measures."""

import math
from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING

import torch
from torch import nn

from course_lib.data import (
    ChatTemplate,
    Example,
    Tokenizer,
    conversation,
    easy_dialogues,
    fitting_dialogues,
    load_dialogues,
    load_stories,
    packed_batches,
)
from course_lib.evaluation import evaluate_chat, score_texts
from course_lib.models import Llm, load_model
from course_lib.objectives import TokenPrediction
from course_lib.workshop.studies.harness import fit
from course_lib.workshop.studies.study import Numbers

if TYPE_CHECKING:  # slow to import
    import datasets


@cache
def dialogues(split: str) -> "datasets.Dataset":
    """The little world's easy dialogues that fit into the base model's context."""
    base, tokenizer = load_model("base")
    return fitting_dialogues(
        easy_dialogues(load_dialogues("world", split)), ChatTemplate(tokenizer), base.config.max_length
    )[0]


@cache
def examples() -> list[Example]:
    """The dialogues that are learned; their answers are scored."""
    base, tokenizer = load_model("base")
    template = ChatTemplate(tokenizer)
    return [template.training(conversation(row), base.config.max_length) for row in dialogues("train")]


@cache
def stories(split: str, count: int) -> list[list[int]]:
    """The ids of the first `count` stories."""
    _, tokenizer = load_model("base")
    return tokenizer.encode_batch(load_stories("world", split)["text"][:count])


def fine_tune(
    adapt: Callable[[Llm], nn.Module], learned: Sequence[Example], steps: int, rate: float, seed: int
) -> tuple[Llm, Tokenizer]:
    """The base model after so many steps of about 1,000 tokens; `adapt` says what of it may learn."""
    model, tokenizer = load_model("base")
    torch.manual_seed(seed)
    adapt(model)
    room = model.config.max_length
    return fit(model, packed_batches(learned, room, 4 * room, seed), TokenPrediction(), steps, rate, seed), tokenizer


def scored(model: Llm, tokenizer: Tokenizer, questions: int, texts: int) -> Numbers:
    """Percents of exact and ended answers to held-out questions, and the perplexity of held-out stories."""
    rows = dialogues("validation")
    answers = evaluate_chat(model, tokenizer, rows.select(range(min(questions, len(rows)))))["all"]
    story = score_texts(model, stories("validation", texts)).loss
    return {"exact": answers.exact, "ended": answers.ended, "perplexity": math.exp(story)}
