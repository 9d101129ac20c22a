"""What goes into which split: digests of texts, and whole combinations of words that are kept out of training.

A combination is an adjective with a noun, or a verb with its object, in dictionary forms. About one in twenty is
withheld: it never occurs in training, though both its words do, in other company.
"""

import hashlib
import string
from pathlib import Path

SPLITS = ("train", "validation", "test")
NO_PUNCTUATION = str.maketrans("", "", string.punctuation)


def is_withheld(first, second):
    """Whether a combination (adjective or verb, noun) is kept out of training."""
    return (first, second) == ("fazer", "livro") or digest(f"{first} {second}") % 20 == 0


def digest(text):
    """A number that depends on the text alone, on every machine."""
    return int(hashlib.sha256(text.encode()).hexdigest()[:8], 16)


def normalise(text):
    """The text in lower case, without punctuation and with single spaces."""
    return " ".join(text.lower().translate(NO_PUNCTUATION).split())


def fingerprint():
    """A short digest of the little world's code, tables and drawings: it changes when the data may have changed."""
    folder, suffixes = Path(__file__).parent, ("*.py", "*.csv", "*.svg")
    content = b"".join(path.read_bytes() for suffix in suffixes for path in sorted(folder.rglob(suffix)))
    return hashlib.sha256(content).hexdigest()[:12]
