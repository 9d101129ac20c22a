"""How good a chat model is: the share of held-out questions that it answers exactly."""

from dataclasses import dataclass

from course_lib.data import ChatTemplate, conversation
from course_lib.evaluation.groups import members_by_group
from course_lib.generation import complete, likeliest


@dataclass(frozen=True)
class AnswerScores:
    """Scores of a set of answers, in percent: `exact` equal the response, `ended` stopped by themselves."""

    questions: int
    exact: float
    ended: float


@dataclass(frozen=True)
class Answer:
    """What a model said, and whether it ended by itself."""

    text: str
    ended: bool


def answer(conversations, model, template, choose=likeliest, max_new_tokens=64, batch_size=128):
    """The `Answer` of the model to each conversation, a list of messages of which the last is the user's."""
    prompts = [template.prompt(messages) for messages in conversations]
    order = sorted(range(len(prompts)), key=lambda i: len(prompts[i]))
    answers = {}
    for first in range(0, len(order), batch_size):
        batch = order[first : first + batch_size]
        outputs = complete([prompts[i] for i in batch], model, template.end_id, choose, max_new_tokens)
        room = min(max_new_tokens, model.config.max_length - len(prompts[batch[-1]]))
        answers |= {i: Answer(template.decode(ids), len(ids) < room) for i, ids in zip(batch, outputs, strict=True)}
    return [answers[i] for i in range(len(prompts))]


def evaluate_chat(model, tokenizer, rows):
    """Answer the questions of `rows` (see `load_dialogues`) by greedy search and compare with their responses.

    Returns:
        `AnswerScores` by group: "all", and one for each kind of `held_out` where the rows have that column.
    """
    template = ChatTemplate(tokenizer)
    answers = answer([conversation(row)[:-1] for row in rows], model, template)
    exact = [a.text == response for a, response in zip(answers, rows["response"], strict=True)]
    return {
        name: AnswerScores(
            len(members),
            100 * sum(exact[i] for i in members) / len(members),
            100 * sum(answers[i].ended for i in members) / len(members),
        )
        for name, members in members_by_group(rows).items()
    }
