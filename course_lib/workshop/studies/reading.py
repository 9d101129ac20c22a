"""What the studies of small decoders share: the stories, their tokenizer, and how a model reads them."""

from functools import cache

from course_lib.data import Tokenizer, load_stories, predict_next, text_batches
from course_lib.models.base import Model
from course_lib.objectives import TokenPrediction
from course_lib.workshop.studies.harness import fit


@cache
def texts(split: str) -> list[str]:
    """All stories of a split."""
    return load_stories("world", split)["text"][:]


@cache
def tokenizer() -> Tokenizer:
    """One of a thousand tokens."""
    return Tokenizer.train(texts("train"), vocab_size=1000, lower_case=False)


@cache
def ids(split: str) -> list[list[int]]:
    """The tokens of each story."""
    return tokenizer().encode_batch(texts(split))


def read(model: Model, stories: list[list[int]], tokens: int, steps: int, rate: float, seed: int) -> Model:
    """The model after so many steps of about so many tokens of stories."""
    return fit(model, text_batches(stories, predict_next, tokens, seed), TokenPrediction(), steps, rate, seed)
