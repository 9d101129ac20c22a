"""The accuracy of chat models, measured as the share of questions whose answer is exactly the expected response."""

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
    """The scores of a chat model on a set of questions.

    Attributes:
        questions: the number of questions.
        exact: the percentage of answers that equal the expected response.
        ended: the percentage of answers that the model ended before the maximum length.
    """

    questions: int
    exact: float
    ended: float


@dataclass(frozen=True)
class Answer:
    """The text of a model's answer. `ended` is True if the model generated the end token."""

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
    """Generate the model's answer to the last message of each conversation.

    Args:
        conversations: lists of messages that end with a message by the user. Pictures are given as features from
            `look_at`.
        model: an `Llm` or a `Vlm`.
        template: the chat template that the model was trained with.
        choose: a function that chooses token ids from logits; see `generate`.
        max_new_tokens: the maximum length of an answer.
        batch_size: the number of conversations per batch.

    Returns:
        The answers, in the order of `conversations`.
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
    """Compute the features of pictures, which can be reused for all questions about them.

    Args:
        pictures: the pictures, in any form that the processor accepts.
        model: a `Vlm`.
        processor: the image processor of the model.
        batch_size: the number of pictures per batch.
    """
    device = next(model.parameters()).device
    return torch.cat([model.encode_images(part.to(device)).cpu() for part in prepared(processor, pictures, batch_size)])


def score_answers(
    answers: Sequence[Answer], responses: Sequence[str], groups: dict[str, list[int]]
) -> dict[str, AnswerScores]:
    """Score a model's answers, and return the scores of each group of questions.

    Args:
        answers: the answers of the model.
        responses: the expected responses.
        groups: the name of each group, and the indices of its answers.
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


def evaluate_chat(model: Llm | Vlm, tokenizer: Tokenizer, rows: "datasets.Dataset") -> dict[str, AnswerScores]:
    """Let a chat model answer questions with greedy search, and compare its answers with the expected responses.

    Args:
        model: the chat model, or a `Vlm` that is asked without a picture.
        tokenizer: the tokenizer of the model.
        rows: dialogues from `load_dialogues`.

    Returns:
        The scores by group: "all" and, if `rows` has a column `held_out`, one group per value of this column.
    """
    answers = answer([conversation(row)[:-1] for row in rows], model, ChatTemplate(tokenizer))
    return score_answers(answers, rows["response"], members_by_group(rows))


def evaluate_vlm(
    model: Vlm, template: Template, features: Features, texts: Sequence[list[dict[str, str]]]
) -> dict[str, AnswerScores]:
    """Let a vision language model answer questions about pictures with greedy search, and score its answers.

    Each question starts a new conversation.

    Args:
        model: a `Vlm`.
        template: the chat template of the model.
        features: the features of the pictures, from `look_at`.
        texts: for each picture, the questions and expected answers from `load_picture_dialogues`.

    Returns:
        The scores by group: "all", one group per form of a question, and one group per kind of a question. If the texts
            have a field `held_out`, there is also one group per value of this field, and one per kind and value, such
            as "colour: thing". The value "known" means that nothing is held out.
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
    """Return the names of the groups that a question from `load_picture_dialogues` belongs to; see `evaluate_vlm`."""
    names = ["all", *(text[column] for column in ("form", "kind") if column in text)]
    if "held_out" in text:
        held_out = text["held_out"] or "known"
        names += [held_out, f"{text['kind']}: {held_out}"]
    return names
