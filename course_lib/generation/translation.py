"""Translation of sentences with a trained `Translator`, using greedy search, beam search, or sampling."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial

import torch
from torch.nn.utils.rnn import pad_sequence

from course_lib.data.tokenizer import TextTokenizer
from course_lib.errors import CourseError, called_like
from course_lib.generation.beam_search import beam_search
from course_lib.generation.decoding import CachedDecoding
from course_lib.generation.sampling import Sampler, generate
from course_lib.models import evaluating
from course_lib.models.base import Model

greedy_search = generate
NO_TEXTS = 'sentences must be a list of texts, such as ["um livro."], got {!r}'


def beam(size: int, length_penalty: float = 1.0) -> Callable:
    """Create a beam search to pass to `translate` as `search`. The arguments are explained in `beam_search`."""
    return partial(beam_search, beam_size=size, length_penalty=length_penalty)


def sampling(**settings: float) -> Callable:
    """Create a search that samples tokens, to pass to `translate` as `search`.

    Args:
        settings: the arguments of the `Sampler`, such as `temperature`.
    """
    return partial(generate, choose=Sampler(**settings))


@called_like('translate(["este é o primeiro livro que eu fiz."], *load_model("translator"))')
@torch.inference_mode()
def translate(
    sentences: Sequence[str],
    model: Model,
    tokenizer: TextTokenizer,
    search: Callable = greedy_search,
    *,
    batch_size: int = 256,
    decoding: Callable = CachedDecoding,
) -> list[str]:
    """Translate sentences from Portuguese to English.

    Args:
        sentences: Portuguese sentences. The tokenizer converts them to lower case.
        model: a `Translator`.
        tokenizer: the tokenizer that the model was trained with.
        search: the search algorithm: `greedy_search`, or the result of `beam` or `sampling`.
        batch_size: the number of sentences per batch. Sentences of similar length are in the same batch.
        decoding: the class that runs the decoder, `CachedDecoding` or `RecomputingDecoding`.

    Returns:
        The English translations, in the order of `sentences`.

    Raises:
        CourseError: `sentences` is not a list of texts, or a sentence is empty or too long for the model.
    """
    if isinstance(sentences, str) or not isinstance(sentences, Iterable):
        raise CourseError(NO_TEXTS.format(sentences))
    sources = [encode(sentence, tokenizer, model.config.max_length) for sentence in sentences]
    order = sorted(range(len(sources)), key=lambda i: len(sources[i]))
    outputs = {}
    with evaluating(model) as device:
        for first in range(0, len(order), batch_size):
            batch = order[first : first + batch_size]
            source = pad_sequence([torch.tensor(sources[i]) for i in batch], True, tokenizer.pad_id).to(device)
            start = torch.full((len(batch), 1), tokenizer.bos_id, device=device)
            outputs |= zip(batch, search(decoding(model, source), start, tokenizer.eos_id), strict=True)
    return [tokenizer.decode(outputs[i]) for i in range(len(sources))]


def encode(sentence: str, tokenizer: TextTokenizer, max_length: int) -> list[int]:
    """Convert a sentence to token ids, and check its length.

    Raises:
        CourseError: the sentence is not a text, is empty, or has more than `max_length` tokens.
    """
    if not isinstance(sentence, str):
        raise CourseError(NO_TEXTS.format([sentence]))
    if not sentence.strip():
        raise CourseError(f"a sentence must contain some text, got {sentence!r}")
    ids = tokenizer.encode(sentence)
    if len(ids) > max_length:
        raise CourseError(
            f"a sentence must have at most {max_length} tokens, got {len(ids)}; shorten or split it: {sentence[:60]}..."
        )
    return ids
