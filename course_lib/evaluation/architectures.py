"""Encoder-only, decoder-only and encoder-decoder models, asked the same things (slide "Architectural Variants")."""

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
    """The last layer's state at each token, T D for each text: Bert's, Gpt's, or those of T5's encoder.

    Gpt reads <bos> first, and each of its states has seen its own token.
    """
    tokens = pad(texts).to(device_of(model))
    if isinstance(model, Gpt):
        states = model.hidden(torch.cat([torch.full_like(tokens[:, :1], BOS), tokens], dim=1))[:, 1:]
    else:
        states = model.hidden(tokens) if isinstance(model, Bert) else model.encode(tokens).states
    return [row[: len(ids)].cpu() for row, ids in zip(states, texts, strict=True)]


def states_without_future(model: Variant, texts: Sequence[Ids]) -> list[Tensor]:
    """As `token_states`, but each token is the last one of what the model reads."""
    return [torch.stack([states[-1] for states in token_states(model, beginnings(text))]) for text in texts]


def beginnings(text: Ids) -> list[Ids]:
    """The text up to each of its tokens."""
    return [text[: end + 1] for end in range(len(text))]


@torch.no_grad()
def second_half_loss(model: Variant, ids: Ids, hole: int, both_sides: bool = False) -> TokenLoss:
    """The `TokenLoss` of the second half of a text, given the first.

    Gpt goes on; T5 fills one large gap behind the first half; Bert is asked for one token after the other, each behind
    the text so far.

    Args:
        ids: the text, which ends in <eos>.
        hole: the id of Bert's mask, or of the sentinel of T5's gap.
        both_sides: Bert is asked for each token with all others given, which makes no probability of a text (Salazar
            et al. 2020, section 2).
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
    """Continue `prefix` with the most likely token each time, until `end` or until there are `most`.

    Args:
        prefix: what was read or written before; for Gpt and T5 it begins with <bos>.
        source: what T5's encoder reads.
        hole: the id of Bert's mask, put behind the text for each new token.
    """
    next_logits, new = writer(model, source, hole), []
    while len(new) < most and end not in new:
        new.append(int(next_logits([*prefix, *new]).argmax()))
    return new


def writer(model: Variant, source: Ids | None, hole: int | None) -> Callable[[Ids], Tensor]:
    """A function from a text to the logits of the next token."""
    device = device_of(model)
    run, behind = model, [] if hole is None else [hole]
    if isinstance(model, T5):
        run = partial(model.decoder, memory=model.encode(torch.tensor([source], device=device)))
    return lambda ids: run(torch.tensor([[*ids, *behind]], device=device))[0, -1]


@torch.no_grad()
def fill_at_once(model: Bert, text: Ids, hole: int, count: int, end: int) -> Ids:
    """The most likely tokens behind `count` masks after a text, all chosen at once, up to the first `end`."""
    ids = model(torch.tensor([text + count * [hole]], device=device_of(model)))[0, len(text) :].argmax(dim=-1).tolist()
    return ids[: ids.index(end) + 1] if end in ids else ids


def question_layout(way: str, story: Ids, question: Ids) -> tuple[Ids | None, Ids]:
    """Return the input of the encoder for a question about a story, and the tokens before the answer.

    Args:
        way: an architecture; or "Gpt, question first", or "T5, question in the decoder", so that the encoder reads the
            story without it.
        story, question: ids that end in <eos>.

    Returns:
        The encoder's text, or None where there is no encoder; and the beginning of the other text.
    """
    return {
        "Bert": (None, story[:-1] + question),
        "Gpt": (None, [BOS, *story[:-1], *question]),
        "Gpt, question first": (None, [BOS, *question[:-1], *story]),
        "T5": (story[:-1] + question, [BOS]),
        "T5, question in the decoder": (story, [BOS, *question]),
    }[way]


def reply(model: Variant, way: str, story: Ids, question: Ids, hole: int, most: int) -> Ids:
    """The ids of a model's answer, at most `most`; `way`, `story` and `question` as in `question_layout`."""
    source, prefix = question_layout(way, story, question)
    if isinstance(model, Bert):
        return fill_at_once(model, prefix, hole, most, story[-1])
    return write_on(model, prefix, story[-1], most, source)


def device_of(model: Variant) -> torch.device:
    """Where the model is."""
    return next(model.parameters()).device
