"""Tasks to compare encoder-only, decoder-only, and encoder-decoder models (slide "Architectural Variants")."""

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
    """Return the hidden states of the last layer for each text, with one row per token.

    Args:
        model: a `Bert`, `Gpt`, or `T5`. For T5, the hidden states are those of the encoder. For Gpt, each text begins
            with an additional <bos>, whose hidden state is left out.
        texts: lists of token ids.
    """
    tokens = pad(texts).to(device_of(model))
    if isinstance(model, Gpt):
        states = model.hidden(torch.cat([torch.full_like(tokens[:, :1], BOS), tokens], dim=1))[:, 1:]
    else:
        states = model.hidden(tokens) if isinstance(model, Bert) else model.encode(tokens).states
    return [row[: len(ids)].cpu() for row, ids in zip(states, texts, strict=True)]


def states_without_future(model: Variant, texts: Sequence[Ids]) -> list[Tensor]:
    """Return hidden states like `token_states`, but compute each of them without the tokens that come later."""
    return [torch.stack([states[-1] for states in token_states(model, beginnings(text))]) for text in texts]


def beginnings(text: Ids) -> list[Ids]:
    """Return all prefixes of a text, from its first token to the whole text."""
    return [text[: end + 1] for end in range(len(text))]


@torch.no_grad()
def second_half_loss(model: Variant, ids: Ids, hole: int, both_sides: bool = False) -> TokenLoss:
    """Compute the loss of a model that predicts the second half of a text from the first half.

    Gpt continues the text. T5 fills one large gap after the first half. Bert predicts one masked token at a time, given
    the tokens before it.

    Args:
        model: a `Bert`, `Gpt`, or `T5`.
        ids: the token ids of the text, which end with <eos>.
        hole: the id of Bert's mask token or of T5's sentinel.
        both_sides: let Bert see the tokens after the masked token too. The product of these probabilities is not the
            probability of the text (Salazar et al. 2020, section 2).
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
    """Continue a text with greedy search, and return the new token ids.

    Args:
        model: a `Bert`, `Gpt`, or `T5`.
        prefix: the token ids so far. For Gpt and T5, they begin with <bos>.
        end: the id of the token that ends the text.
        most: the maximum number of new tokens.
        source: the input of T5's encoder.
        hole: the id of Bert's mask token, which is appended to the text to predict the next token.
    """
    next_logits, new = writer(model, source, hole), []
    while len(new) < most and end not in new:
        new.append(int(next_logits([*prefix, *new]).argmax()))
    return new


def writer(model: Variant, source: Ids | None, hole: int | None) -> Callable[[Ids], Tensor]:
    """Return a function that computes the next token's logits from the token ids so far."""
    device = device_of(model)
    run, behind = model, [] if hole is None else [hole]
    if isinstance(model, T5):
        run = partial(model.decoder, memory=model.encode(torch.tensor([source], device=device)))
    return lambda ids: run(torch.tensor([[*ids, *behind]], device=device))[0, -1]


@torch.no_grad()
def fill_at_once(model: Bert, text: Ids, hole: int, count: int, end: int) -> Ids:
    """Predict the next `count` tokens in one step from mask tokens, and return them up to the first end token.

    Args:
        model: a `Bert`.
        text: the token ids so far.
        hole: the id of the mask token.
        count: the number of mask tokens to append to the text.
        end: the id of the end token.
    """
    ids = model(torch.tensor([text + count * [hole]], device=device_of(model)))[0, len(text) :].argmax(dim=-1).tolist()
    return ids[: ids.index(end) + 1] if end in ids else ids


def question_layout(way: str, story: Ids, question: Ids) -> tuple[Ids | None, Ids]:
    """Arrange a story and a question about it as the input of a model.

    Args:
        way: the name of an architecture, "Bert", "Gpt", or "T5", or one of two variants: "Gpt, question first" or "T5,
            question in the decoder", where the encoder reads only the story.
        story: the token ids of the story, which end with <eos>.
        question: the token ids of the question, which end with <eos>.

    Returns:
        The input of T5's encoder (None for the other models), and the tokens that come before the answer.
    """
    return {
        "Bert": (None, story[:-1] + question),
        "Gpt": (None, [BOS, *story[:-1], *question]),
        "Gpt, question first": (None, [BOS, *question[:-1], *story]),
        "T5": (story[:-1] + question, [BOS]),
        "T5, question in the decoder": (story, [BOS, *question]),
    }[way]


def reply(model: Variant, way: str, story: Ids, question: Ids, hole: int, most: int) -> Ids:
    """Let a model answer a question about a story, and return the token ids of its answer.

    Args:
        model: a `Bert`, `Gpt`, or `T5`.
        way: the arrangement of story and question; see `question_layout`.
        story: the token ids of the story, which end with <eos>.
        question: the token ids of the question, which end with <eos>.
        hole: the id of Bert's mask token.
        most: the maximum length of the answer.
    """
    source, prefix = question_layout(way, story, question)
    if isinstance(model, Bert):
        return fill_at_once(model, prefix, hole, most, story[-1])
    return write_on(model, prefix, story[-1], most, source)


def device_of(model: Variant) -> torch.device:
    """Return the device that a model's parameters are on."""
    return next(model.parameters()).device
