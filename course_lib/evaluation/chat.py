"""How good a model is in conversation: the share of held-out questions that it answers exactly."""

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

if TYPE_CHECKING:  # slow to import, and whoever has rows has it already
    import datasets


@dataclass(frozen=True)
class AnswerScores:
    """Scores of a set of answers, in percent: `exact` equal the response, `ended` stopped by themselves."""

    questions: int
    exact: float
    ended: float


@dataclass(frozen=True)
class Answer:
    """A model's answer; `ended` is True if the model stopped by itself."""

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
    """The `Answer` of the model to each conversation, whose last message is the user's.

    A picture in a message is what the tower of the model makes of it, P D; see `look_at` and `questions_about`.
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
    """Return the features of pictures, once for all questions about them."""
    device = next(model.parameters()).device
    return torch.cat([model.encode_images(part.to(device)).cpu() for part in prepared(processor, pictures, batch_size)])


def score_answers(
    answers: Sequence[Answer], responses: Sequence[str], groups: dict[str, list[int]]
) -> dict[str, AnswerScores]:
    """`AnswerScores` by group: how many of the answers equal their responses, and how many ended.

    `groups` has the indices of the members of each group.
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
    """Answer the questions of `rows` (see `load_dialogues`) by greedy search and compare with their responses.

    Returns:
        `AnswerScores` by group: "all", and one for each kind of `held_out` where the rows have that column.
    """
    answers = answer([conversation(row)[:-1] for row in rows], model, ChatTemplate(tokenizer))
    return score_answers(answers, rows["response"], members_by_group(rows))


def evaluate_vlm(
    model: Vlm, template: Template, features: Features, texts: Sequence[list[dict[str, str]]]
) -> dict[str, AnswerScores]:
    """Answer questions by greedy search, each alone, and compare with the answers they should get.

    Args:
        model, template: a `Vlm` and its `ChatTemplate`.
        features: of the pictures, see `look_at`.
        texts: for each picture a list of texts of `load_picture_dialogues`.

    Returns:
        `AnswerScores` by group: "all", and where texts have a form or a kind, one for each of these. Where they have
        `held_out`, also one for each of its values, and one for it with the kind ("colour: thing"); "known" stands for
        what training shows.
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
    """The groups that a text of `load_picture_dialogues` belongs to."""
    names = ["all", *(text[column] for column in ("form", "kind") if column in text)]
    if "held_out" in text:
        held_out = text["held_out"] or "known"
        names += [held_out, f"{text['kind']}: {held_out}"]
    return names
