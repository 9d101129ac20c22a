"""What goes into which split: digests of texts, and whole combinations of words that are kept out of training.

A combination is an adjective with a noun, or a verb with its object, in dictionary forms. About one in twenty is
held out: it never occurs in training, though both its words do, in other company.
"""

import hashlib
import string
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from course_lib.errors import CourseError

SPLITS = ("train", "validation", "test")
NO_PUNCTUATION = str.maketrans("", "", string.punctuation)


Group = tuple[str, str]  # a split, and in what its items differ from those of training ("" for training itself)
Item = TypeVar("Item")


@dataclass(frozen=True)
class Candidate(Generic[Item]):
    """What may enter a data set.

    `groups` are those that may take it, in order of preference. It is left out where another one had one of its
    `texts` before. `make(held_out)` gives the item.
    """

    groups: tuple[Group, ...]
    texts: set[str]
    make: Callable[[str], Item]


def generate(draw: Callable[[], Candidate[Item]], quotas: dict[Group, int]) -> dict[str, list[Item]]:
    """A dict from each split to its items: candidates are drawn until every group has as many as `quotas` says."""
    groups, seen = {group: [] for group in quotas}, set()
    while any(len(groups[group]) < quota for group, quota in quotas.items()):
        candidate = draw()
        if candidate.texts & seen:
            continue
        seen |= candidate.texts
        if group := next((g for g in candidate.groups if len(groups[g]) < quotas[g]), None):
            groups[group].append(candidate.make(group[1]))
    return {split: [item for group in groups if group[0] == split for item in groups[group]] for split in SPLITS}


def check_split(split: str) -> None:
    """Raise CourseError unless the little world has such a split."""
    if split not in SPLITS:
        raise CourseError(f'unknown split "{split}" of the little world: expected one of {", ".join(SPLITS)}')


def is_held_out(first: str, second: str) -> bool:
    """Return True if a combination (adjective or verb, noun) is kept out of training."""
    return (first, second) == ("fazer", "livro") or digest(f"{first} {second}") % 20 == 0


def digest(text: str) -> int:
    """A number that depends on the text alone, on every machine."""
    return int(hashlib.sha256(text.encode()).hexdigest()[:8], 16)


def normalize(text: str) -> str:
    """The text in lower case, without punctuation and with single spaces."""
    return " ".join(text.lower().translate(NO_PUNCTUATION).split())


def fingerprint() -> str:
    """A short digest of the little world's code, tables and drawings: it changes when the data may have changed."""
    folder, suffixes = Path(__file__).parent, ("*.py", "*.csv", "*.svg")
    content = b"".join(path.read_bytes() for suffix in suffixes for path in sorted(folder.rglob(suffix)))
    return hashlib.sha256(content).hexdigest()[:12]
