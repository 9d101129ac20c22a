"""Completion of prompts in a batch, which is also how a chat model answers (slide "Chat (Decoder-only)")."""

from collections.abc import Sequence

import torch

from course_lib.data.rows import pad_left
from course_lib.errors import CourseError, called_like
from course_lib.generation.decoding import TextDecoding
from course_lib.generation.sampling import Choose, generate, likeliest
from course_lib.models import evaluating
from course_lib.models.base import Model


@called_like('complete([tokenizer.encode("Once")], model, tokenizer.eos_id)')
@torch.inference_mode()
def complete(
    prompts: Sequence[Sequence[int]],
    model: Model,
    end_id: int,
    choose: Choose = likeliest,
    max_new_tokens: int = 64,
    **inputs: torch.Tensor,
) -> list[list[int]]:
    """Generate a completion for each prompt, all in one batch.

    Args:
        prompts: lists of token ids, which can have different lengths.
        model: a decoder-only model, such as an `Llm`.
        end_id: the id of the token that ends a completion.
        choose: a function that chooses token ids from logits; see `generate`.
        max_new_tokens: the maximum length of a completion. Completions are also cut at the model's context length.
        inputs: other inputs of the model, such as the `features` of all pictures in the prompts, in order.

    Returns:
        The new token ids for each prompt, without `end_id`.

    Raises:
        CourseError: `prompts` are not lists of token ids, a prompt is empty or too long for the model's context, or
            `max_new_tokens` is below 1.
    """
    if max_new_tokens < 1:
        raise CourseError(f"max_new_tokens must be 1 or more, got {max_new_tokens}")
    if not isinstance(prompts, Sequence) or not all(map(is_ids, prompts)):
        raise CourseError(f"prompts must be lists of token ids, such as [tokenizer.encode(text)], got {prompts!r}")
    if not prompts:
        return []
    longest = max(map(len, prompts))
    if not all(prompts) or longest >= model.config.max_length:
        raise CourseError(
            f"prompts must have from 1 to {model.config.max_length - 1} tokens to fit into the model's context, "
            f"got {min(map(len, prompts))} to {longest}"
        )
    with evaluating(model) as device, model.threads():
        tokens, positions = (x.to(device) for x in pad_left(prompts))
        decoding = TextDecoding(model, positions, min(model.config.max_length, longest + max_new_tokens), **inputs)
        return generate(decoding, tokens, end_id, choose)


def is_ids(prompt: Sequence[int]) -> bool:
    """Return True if a prompt is a list of whole numbers."""
    return hasattr(prompt, "__len__") and not isinstance(prompt, str) and all(hasattr(i, "__index__") for i in prompt)
