"""Small things to test with: a translator with random weights, and sentence pairs that can be learned in seconds."""

import functools
import random

from course_lib.data import EOS, Tokenizer, translation_batches
from course_lib.models import Translator, TranslatorConfig
from tests.parity import D_FF, D, H, V, shake

MAX_LENGTH = 19
WORDS = ["um", "dois", "três", "quatro", "cinco", "seis", "sete", "oito", "nove", "dez"]


def tiny_translator(**changes):
    """A `Translator` in eval mode, all weights random, each layer's size another number."""
    sizes = {"vocab_size": V, "d_model": D, "d_ff": D_FF, "num_heads": H, "max_length": MAX_LENGTH}
    layers = {"num_encoder_layers": 2, "num_decoder_layers": 3}
    return shake(Translator(TranslatorConfig(**(sizes | layers | changes)))).eval()


def reversal_pairs(count, seed=0):
    """Pairs of token ids: the target is the source in reverse order; both end in <eos>."""
    choice = random.Random(seed)
    sources = [[choice.randrange(3, V) for _ in range(choice.randint(2, 7))] for _ in range(count)]
    return [([*ids, EOS], [*reversed(ids), EOS]) for ids in sources]


def reversal_batches(count=60, tokens_per_batch=100, seed=0):
    """Training batches of `reversal_pairs`."""
    return translation_batches(reversal_pairs(count), tokens_per_batch, seed)


def sentence_rows(count, seed=0):
    """Rows in the layout of a translation data set; the English side counts the words of the Portuguese one."""
    choice = random.Random(seed)
    sentences = [choice.choices(WORDS, k=choice.randint(1, 6)) for _ in range(count)]
    return [{"translation": {"pt": " ".join(words), "en": f"{len(words)} words"}} for words in sentences]


@functools.cache
def toy_tokenizer(vocab_size=300):
    """A tokenizer that was trained on `sentence_rows`."""
    texts = [text for row in sentence_rows(50) for text in row["translation"].values()]
    return Tokenizer.train(texts, vocab_size)
