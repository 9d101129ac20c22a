"""The splits of the little world: digests of texts, and held-out combinations of words.

A combination is an adjective with a noun, or a verb with its object, in dictionary forms. About one in twenty is held
out: it never occurs in training, but both words do, in other combinations.
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


Group = tuple[str, str]  # a split, and its value of `held_out` ("" for training)
Item = TypeVar("Item")


@dataclass(frozen=True)
class Candidate(Generic[Item]):
    """An item that may enter a data set.

    Args:
        groups: the groups that can take the item, in order of preference.
        texts: the texts of the item. It is left out if an earlier item had one of them.
        make: a function that returns the item, given its value of `held_out`.
    """

    groups: tuple[Group, ...]
    texts: set[str]
    make: Callable[[str], Item]


def generate(draw: Callable[[], Candidate[Item]], quotas: dict[Group, int]) -> dict[str, list[Item]]:
    """Sample candidates until every group has as many as `quotas` says, and return the items of each split."""
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
    """Raise a CourseError unless the little world has this split."""
    if split not in SPLITS:
        raise CourseError(f'unknown split "{split}" of the little world: expected one of {", ".join(SPLITS)}')


def is_held_out(first: str, second: str) -> bool:
    """Return True if a combination (adjective or verb, noun) is held out from training."""
    return (first, second) == ("fazer", "livro") or digest(f"{first} {second}") % 20 == 0


def digest(text: str) -> int:
    """Return a number that depends only on the text, on every machine."""
    return int(hashlib.sha256(text.encode()).hexdigest()[:8], 16)


def normalize(text: str) -> str:
    """Return the text in lower case, without punctuation and with single spaces."""
    return " ".join(text.lower().translate(NO_PUNCTUATION).split())


def fingerprint() -> str:
    """Return a short digest of the little world's code, tables, and drawings.

    If it is unchanged, the generated data is the same.
    """
    folder, suffixes = Path(__file__).parent, ("*.py", "*.csv", "*.svg")
    content = b"".join(path.read_bytes() for suffix in suffixes for path in sorted(folder.rglob(suffix)))
    return hashlib.sha256(content).hexdigest()[:12]
