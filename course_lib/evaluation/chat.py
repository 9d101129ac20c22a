"""The accuracy of chat models: the share of held-out questions that are answered exactly."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from course_lib.data import (
    ChatTemplate,
    ImageProcessor,
    Template,
    Tokenizer,
    conversation,
    pictures_of,
    prepared,
    questions_about,
)
from course_lib.data.messages import Conversation
from course_lib.evaluation.groups import members_by_group
from course_lib.generation import complete, likeliest
from course_lib.generation.sampling import Choose
from course_lib.models import Llm, Vlm
from course_lib.models.base import Model
from course_lib.shapes import Features

if TYPE_CHECKING:  # slow to import
    import datasets


@dataclass(frozen=True)
class AnswerScores:
    """Scores of a set of answers: the percentages that equal the response (`exact`) and were not cut (`ended`)."""

    questions: int
    exact: float
    ended: float


@dataclass(frozen=True)
class Answer:
    """A model's answer. `ended` is True if the model generated an end token."""

    text: str
    ended: bool


def answer(
    conversations: Sequence[Conversation],
    model: Model,
    template: Template,
    choose: Choose = likeliest,
    max_new_tokens: int = 64,
    batch_size: int = 128,
) -> list[Answer]:
    """Return the model's `Answer` to each conversation, whose last message is the user's.

    Args:
        conversations: lists of messages. Their pictures are features from `look_at`.
        model: an `Llm` or a `Vlm`.
        template: its chat template.
        choose: a function from logits to token ids; see `generate`.
        max_new_tokens: the maximum length of an answer.
        batch_size: the number of conversations per batch.
    """
    prompts = [template.prompt(messages) for messages in conversations]
    order = sorted(range(len(prompts)), key=lambda i: len(prompts[i]))
    device, answers = next(model.parameters()).device, {}
    for first in range(0, len(order), batch_size):
        batch = order[first : first + batch_size]
        pictures = [picture for i in batch for picture in pictures_of(conversations[i])]
        inputs = {"features": torch.stack(pictures).to(device)} if pictures else {}
        outputs = complete([prompts[i] for i in batch], model, template.end_id, choose, max_new_tokens, **inputs)
        room = min(max_new_tokens, model.config.max_length - len(prompts[batch[-1]]))
        answers |= {i: Answer(template.decode(ids), len(ids) < room) for i, ids in zip(batch, outputs, strict=True)}
    return [answers[i] for i in range(len(prompts))]


@torch.no_grad()
def look_at(pictures: Sequence[object], model: Vlm, processor: ImageProcessor, batch_size: int = 128) -> Features:
    """Return the features of pictures, which can be reused for all questions about them."""
    device = next(model.parameters()).device
    return torch.cat([model.encode_images(part.to(device)).cpu() for part in prepared(processor, pictures, batch_size)])


def score_answers(
    answers: Sequence[Answer], responses: Sequence[str], groups: dict[str, list[int]]
) -> dict[str, AnswerScores]:
    """Return the `AnswerScores` by group.

    Args:
        answers: the answers of a model.
        responses: the correct answers.
        groups: the indices of each group's members.
    """
    exact = [given.text == response for given, response in zip(answers, responses, strict=True)]
    return {
        name: AnswerScores(
            len(members),
            100 * sum(exact[i] for i in members) / len(members),
            100 * sum(answers[i].ended for i in members) / len(members),
        )
        for name, members in groups.items()
    }


def evaluate_chat(model: Llm, tokenizer: Tokenizer, rows: "datasets.Dataset") -> dict[str, AnswerScores]:
    """Answer the questions of `rows` (see `load_dialogues`) greedily and compare the answers with the responses.

    Returns:
        The `AnswerScores` by group: "all" and, if `rows` has a column `held_out`, one group per value.
    """
    answers = answer([conversation(row)[:-1] for row in rows], model, ChatTemplate(tokenizer))
    return score_answers(answers, rows["response"], members_by_group(rows))


def evaluate_vlm(
    model: Vlm, template: Template, features: Features, texts: Sequence[list[dict[str, str]]]
) -> dict[str, AnswerScores]:
    """Answer questions about pictures greedily, each in a conversation of its own, and score the answers.

    Args:
        model: a `Vlm`.
        template: its `ChatTemplate`.
        features: the features of the pictures; see `look_at`.
        texts: the questions and answers about each picture, from `load_picture_dialogues`.

    Returns:
        The `AnswerScores` by group: "all", and one group per form and per kind of the texts. If the texts have a field
            `held_out`, there is also one group per value, and one per kind and value ("colour: thing"). The value
            "known" means that nothing is held out.
    """
    pictures = [picture for picture, about in zip(features, texts, strict=True) for _ in about]
    asked = [text for about in texts for text in about]
    answers = answer(questions_about(pictures, [text["user"] for text in asked]), model, template)
    groups = defaultdict(list)
    for i, text in enumerate(asked):
        for name in groups_of(text):
            groups[name].append(i)
    return score_answers(answers, [text["assistant"] for text in asked], groups)


def groups_of(text: dict[str, str]) -> list[str]:
    """Return the groups of a text from `load_picture_dialogues`."""
    names = ["all", *(text[column] for column in ("form", "kind") if column in text)]
    if "held_out" in text:
        held_out = text["held_out"] or "known"
        names += [held_out, f"{text['kind']}: {held_out}"]
    return names
