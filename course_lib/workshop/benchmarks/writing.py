"""Tokens per second of cached greedy writing, one text: ours against `transformers.generate` with the same weights.

Wanted: 2.5 times theirs for the small Llama; for GPT-2's 124 million 1.5 times, and 2.5 times in half precision.
"""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import torch

from course_lib.errors import CourseError
from course_lib.models.base import Model
from course_lib.workshop.benchmarks.options import Options
from course_lib.workshop.benchmarks.rounds import Table, race
from course_lib.workshop.benchmarks.writers import Writing, new_gpt2, new_llama
from course_lib.workshop.convert import gpt_from_hugging_face, llm_from_hugging_face
from course_lib.workshop.fast import Int8Linear, full_precision, fuse, low_precision

if TYPE_CHECKING:  # slow to import
    import transformers

LLAMA = {
    "vocab_size": 2000,
    "hidden_size": 128,
    "intermediate_size": 344,
    "num_hidden_layers": 4,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 1024,
    "tie_word_embeddings": True,
}
GPT2 = {}  # the defaults of transformers
TOKENS = {"Llama 4 x 128": 200, "GPT-2 124M": 40}
TIE = 1e-3  # standard deviations of the logits by which two tokens may differ and be equally likely


STORES = {
    "fused": full_precision,
    "fused, float16": low_precision(torch.float16),
    "fused, bfloat16": low_precision(torch.bfloat16),
    "fused, int8": Int8Linear,
}


def measure(options: Options) -> Table:
    """In each round all write the same number of tokens. `logit_error` is the largest, by their standard deviation."""
    contests = {
        "Llama 4 x 128": (new_llama(**LLAMA), llm_from_hugging_face),
        "GPT-2 124M": (new_gpt2(**GPT2), gpt_from_hugging_face),
    }
    return [row for name, pair in contests.items() for row in contest(name, *pair, STORES, options.rounds)]


def contest(
    name: str,
    theirs: "transformers.PreTrainedModel",
    convert: Callable[..., Model],
    precisions: dict[str, Callable],
    rounds: int,
) -> Table:
    """The rows of one shape.

    Raises:
        CourseError: ours would not have written what transformers wrote.
    """
    model = convert(theirs.state_dict(), theirs.config.to_dict())
    ours = {way: fuse(model, precision) for way, precision in precisions.items()} | {"not fused": model}
    writing = Writing(theirs.config.vocab_size, TOKENS[name])
    written = writing.written(theirs)
    logits = writing.logits(model, written)
    missed = (logits.amax(dim=-1) - logits[range(len(written)), written]).max() / logits.std()
    if missed > TIE:
        raise CourseError(f"{name}: transformers wrote a token that is not our likeliest: {missed} standard deviations")
    runs = {f"{name}, {way}": partial(writing.ours, contestant) for way, contestant in ours.items()}
    runs[f"{name}, transformers"] = partial(writing.theirs, theirs)
    rows = race(rounds, "tokens_per_second", runs)
    errors = [float((writing.logits(m, written) - logits).abs().max() / logits.std()) for m in ours.values()]
    return [row | {"logit_error": error} for row, error in zip(rows, [*errors, None], strict=True)]
