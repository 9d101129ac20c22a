"""How well a model sees: the share of questions about pictures that it answers exactly, in the form that was asked."""

from collections import defaultdict

import torch

from course_lib.data.parts import with_pictures
from course_lib.evaluation.chat import Answer, AnswerScores
from course_lib.generation import complete, likeliest


@torch.no_grad()
def look_at(pictures, model, processor, batch_size=128):
    """What the tower of a `Vlm` makes of a list of pictures, N P D; once for all that is asked about them."""
    device = next(model.parameters()).device
    starts = range(0, len(pictures), batch_size)
    seen = [model.look(processor(pictures[i : i + batch_size]).to(device)).cpu() for i in starts]
    return torch.cat(seen)


def answer_about(features, questions, model, template, choose=likeliest, max_new_tokens=48, batch_size=128):
    """The `Answer` of a `Vlm` to each question about the picture of the same number.

    Args:
        features: of the pictures, N P D, see `look_at`.
        questions: N texts.
        model, template: a `Vlm` and its `VisualChatTemplate`.
        choose, max_new_tokens: as in `complete`.
    """
    prompts = [template.prompt([{"role": "user", "content": with_pictures([0], text)}]) for text in questions]
    order = sorted(range(len(prompts)), key=lambda i: len(prompts[i]))
    device, answers = next(model.parameters()).device, {}
    for first in range(0, len(order), batch_size):
        batch = order[first : first + batch_size]
        asked, seen = [prompts[i] for i in batch], features[batch].to(device)
        outputs = complete(asked, model, template.end_id, choose, max_new_tokens, features=seen)
        said = [Answer(template.decode(ids), len(ids) < max_new_tokens) for ids in outputs]
        answers |= zip(batch, said, strict=True)
    return [answers[i] for i in range(len(prompts))]


def evaluate_vlm(model, template, features, texts):
    """Answer questions by greedy search, each alone, and compare with the answers they should get.

    Args:
        model, template: a `Vlm` and its `VisualChatTemplate`.
        features: of the pictures, N P D, see `look_at`.
        texts: for each picture a list of texts of `load_visual_dialogues`.

    Returns:
        `AnswerScores` by group: "all", and where texts have a form or a kind, one for each of these.
    """
    pictures = [number for number, about in enumerate(texts) for _ in about]
    asked = [text for about in texts for text in about]
    answers = answer_about(features[pictures], [text["user"] for text in asked], model, template)
    groups = defaultdict(list)
    for answer, text in zip(answers, asked, strict=True):
        scores = answer.text == text["assistant"], answer.ended
        for name in ("all", *(text[column] for column in ("form", "kind") if column in text)):
            groups[name].append(scores)
    return {
        name: AnswerScores(len(scores), *(100 * sum(column) / len(scores) for column in zip(*scores, strict=True)))
        for name, scores in groups.items()
    }
