"""Sentences per second of greedy decoding: with the cache, and with nothing kept from one token to the next."""

from functools import partial

import torch

from course_lib.data import load_translations
from course_lib.errors import CourseError
from course_lib.files import read_json
from course_lib.generation import CachedDecoding, RecomputingDecoding, translate
from course_lib.generation.decoding import longest_output
from course_lib.models import Translator, check_kind, find_model, load_model
from course_lib.runtime import pick_device
from course_lib.shapes import BV, IdsBS, IdsBT, Rows
from course_lib.workshop.benchmarks.options import Options
from course_lib.workshop.benchmarks.rounds import Table, race, speed

SENTENCES = 250


class WholeModelDecoding:
    """Nothing is kept: for each new token, the source and the whole output go through the whole translator again."""

    def __init__(self, model: Translator, source: IdsBS):
        self.model, self.source, self.max_length = model, source, longest_output(model, source)
        self.tokens = source.new_empty(len(source), 0)

    def next_logits(self, tokens: IdsBT) -> BV:
        """Take in `tokens` and return the logits of the token that follows."""
        self.tokens = torch.cat([self.tokens, tokens], dim=1)
        return self.model(self.source, self.tokens)[:, -1]

    def select(self, rows: Rows) -> None:
        """Go on with the outputs `rows` (a tensor of indices into B)."""
        self.source, self.tokens = self.source[rows], self.tokens[rows]


WAYS = {
    "cached": CachedDecoding,
    "decoder again for each token": RecomputingDecoding,
    "encoder and decoder again for each token": WholeModelDecoding,
}


def measure(options: Options) -> Table:
    """The ways to decode take turns on held-out sentences of what the model was trained on.

    It must be a trained model: others don't know where a sentence ends, which makes the cache look better than it is.

    Raises:
        CourseError: no such model; or two ways gave different translations.
    """
    model, *preparers = load_model(options.model)
    check_kind(options.model, model, Translator)
    [tokenizer] = preparers
    model.to(pick_device())
    source = read_json(find_model(options.model) / "card.json")["source"]
    sentences = [pair["pt"] for pair in load_translations(source, "validation")["translation"][:SENTENCES]]
    expected = translate(sentences, model, tokenizer)

    def run(decoding):
        if translate(sentences, model, tokenizer, decoding=decoding) != expected:
            raise CourseError(f"{decoding.__name__} should give the translations of CachedDecoding, and did not")

    runs = {name: partial(speed, len(sentences), partial(run, decoding)) for name, decoding in WAYS.items()}
    return race(options.rounds, "sentences_per_second", runs)
