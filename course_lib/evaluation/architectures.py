"""The same tasks for encoder-only, decoder-only, and encoder-decoder models (slide "Architectural Variants")."""

from collections.abc import Callable, Sequence
from functools import partial

import torch
from torch import Tensor

from course_lib.data import BOS, PAD
from course_lib.data.rows import pad
from course_lib.models import T5, Bert, Gpt
from course_lib.objectives import TokenLoss, masked_cross_entropy

Ids = list[int]
Variant = Bert | Gpt | T5


@torch.no_grad()
def token_states(model: Variant, texts: Sequence[Ids]) -> list[Tensor]:
    """Return the hidden states of the last layer at each token (for T5, of the encoder).

    Gpt reads <bos> first, and the state returned for a token is the one after reading it.
    """
    tokens = pad(texts).to(device_of(model))
    if isinstance(model, Gpt):
        states = model.hidden(torch.cat([torch.full_like(tokens[:, :1], BOS), tokens], dim=1))[:, 1:]
    else:
        states = model.hidden(tokens) if isinstance(model, Bert) else model.encode(tokens).states
    return [row[: len(ids)].cpu() for row, ids in zip(states, texts, strict=True)]


def states_without_future(model: Variant, texts: Sequence[Ids]) -> list[Tensor]:
    """Return the states like `token_states`, but let the model read each token without the tokens after it."""
    return [torch.stack([states[-1] for states in token_states(model, beginnings(text))]) for text in texts]


def beginnings(text: Ids) -> list[Ids]:
    """Return the prefixes of a text: one that ends at each of its tokens."""
    return [text[: end + 1] for end in range(len(text))]


@torch.no_grad()
def second_half_loss(model: Variant, ids: Ids, hole: int, both_sides: bool = False) -> TokenLoss:
    """Return the `TokenLoss` of the second half of a text, given the first half.

    Gpt continues the text. T5 fills one large gap after the first half. Bert predicts one masked token at a time, given
    the text before it.

    Args:
        model: a `Bert`, `Gpt`, or `T5`.
        ids: the text, which ends in <eos>.
        hole: the id of Bert's mask token or of T5's sentinel.
        both_sides: Bert predicts each token given all others. The product of these probabilities is not a probability
            of the text (Salazar et al. 2020, section 2).
    """
    half, device = len(ids) // 2, device_of(model)
    if isinstance(model, Gpt):
        logits = model(torch.tensor([[BOS, *ids[:-1]]], device=device))[0, half:]
    elif isinstance(model, T5):
        source, target = [*ids[:half], hole, ids[-1]], [BOS, hole, *ids[half:-1]]
        logits = model(torch.tensor([source], device=device), torch.tensor([target], device=device))[0, 1:]
    else:
        positions = torch.arange(half, len(ids), device=device)
        rows, own = torch.tensor(ids, device=device).repeat(len(positions), 1), positions - half
        rows[own, positions] = hole
        if not both_sides:
            rows = rows.masked_fill(torch.arange(len(ids), device=device) > positions[:, None], PAD)
        logits = model(rows)[own, positions]
    return masked_cross_entropy(logits, torch.tensor(ids[half:], device=device))


@torch.no_grad()
def write_on(
    model: Variant, prefix: Ids, end: int, most: int, source: Ids | None = None, hole: int | None = None
) -> Ids:
    """Continue `prefix` greedily until `end` or until there are `most` new tokens.

    Args:
        model: a `Bert`, `Gpt`, or `T5`.
        prefix: the tokens so far. For Gpt and T5, they begin with <bos>.
        end: the token that ends the text.
        most: the maximum number of new tokens.
        source: the input of T5's encoder.
        hole: the id of Bert's mask token, which is appended to the text for each new token.
    """
    next_logits, new = writer(model, source, hole), []
    while len(new) < most and end not in new:
        new.append(int(next_logits([*prefix, *new]).argmax()))
    return new


def writer(model: Variant, source: Ids | None, hole: int | None) -> Callable[[Ids], Tensor]:
    """Return a function from the tokens so far to the logits of the next token."""
    device = device_of(model)
    run, behind = model, [] if hole is None else [hole]
    if isinstance(model, T5):
        run = partial(model.decoder, memory=model.encode(torch.tensor([source], device=device)))
    return lambda ids: run(torch.tensor([[*ids, *behind]], device=device))[0, -1]


@torch.no_grad()
def fill_at_once(model: Bert, text: Ids, hole: int, count: int, end: int) -> Ids:
    """Predict `count` masked tokens after a text in one step, and return them up to the first `end`."""
    ids = model(torch.tensor([text + count * [hole]], device=device_of(model)))[0, len(text) :].argmax(dim=-1).tolist()
    return ids[: ids.index(end) + 1] if end in ids else ids


def question_layout(way: str, story: Ids, question: Ids) -> tuple[Ids | None, Ids]:
    """Return the input of the encoder for a question about a story, and the tokens before the answer.

    Args:
        way: an architecture; or "Gpt, question first"; or "T5, question in the decoder", where the encoder reads only
            the story.
        story: the ids of the story, which end in <eos>.
        question: the ids of the question, which end in <eos>.

    Returns:
        The encoder's input (None if there is no encoder), and the tokens before the answer.
    """
    return {
        "Bert": (None, story[:-1] + question),
        "Gpt": (None, [BOS, *story[:-1], *question]),
        "Gpt, question first": (None, [BOS, *question[:-1], *story]),
        "T5": (story[:-1] + question, [BOS]),
        "T5, question in the decoder": (story, [BOS, *question]),
    }[way]


def reply(model: Variant, way: str, story: Ids, question: Ids, hole: int, most: int) -> Ids:
    """Return the ids of a model's answer to a question about a story.

    Args:
        model: a `Bert`, `Gpt`, or `T5`.
        way: see `question_layout`.
        story: see `question_layout`.
        question: see `question_layout`.
        hole: the id of Bert's mask token.
        most: the maximum length of the answer.
    """
    source, prefix = question_layout(way, story, question)
    if isinstance(model, Bert):
        return fill_at_once(model, prefix, hole, most, story[-1])
    return write_on(model, prefix, story[-1], most, source)


def device_of(model: Variant) -> torch.device:
    """Return the device of a model."""
    return next(model.parameters()).device
