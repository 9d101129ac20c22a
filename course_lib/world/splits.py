"""The training, validation, and test splits of the little world, with held-out combinations of words.

A combination is a pair of words, such as an adjective and its noun or a verb and its object, in dictionary form. About
one combination in twenty is held out: it never occurs in training, but both of its words occur there in other
combinations. So the held-out items test compositional generalization.
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


Group = tuple[str, str]  # the split, and the reason why its items are held out ("" in training)
Item = TypeVar("Item")


@dataclass(frozen=True)
class Candidate(Generic[Item]):
    """A generated item before `generate` decides whether to keep it, and in which group.

    Args:
        groups: the groups that can contain the item. The first one with free space gets it.
        texts: the normalized texts of the item. If an earlier candidate has one of them, the item is skipped.
        make: a function that creates the item from the second part of its group, the reason why it is held out.
    """

    groups: tuple[Group, ...]
    texts: set[str]
    make: Callable[[str], Item]


def generate(draw: Callable[[], Candidate[Item]], quotas: dict[Group, int]) -> dict[str, list[Item]]:
    """Sample candidates until every group has reached its quota, and return a dict from splits to lists of items.

    Args:
        draw: a function that returns a new random candidate.
        quotas: the number of items that each group needs.
    """
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
    """Check that the little world has this split.

    Raises:
        CourseError: the split is not "train", "validation", or "test".
    """
    if split not in SPLITS:
        raise CourseError(f'unknown split "{split}" of the little world: expected one of {", ".join(SPLITS)}')


def is_held_out(first: str, second: str) -> bool:
    """Return True if the combination of these two words is held out from training.

    A hash of the words decides. Only the combination of "fazer" (to do) with "livro" (book) is always held out, because
    the example sentence on the slides contains it.
    """
    return (first, second) == ("fazer", "livro") or digest(f"{first} {second}") % 20 == 0


def digest(text: str) -> int:
    """Return a 32-bit hash of the text that, unlike Python's `hash`, is the same in every process."""
    return int(hashlib.sha256(text.encode()).hexdigest()[:8], 16)


def normalize(text: str) -> str:
    """Return the text in lower case, without punctuation, and with single spaces between words."""
    return " ".join(text.lower().translate(NO_PUNCTUATION).split())


def fingerprint() -> str:
    """Return a short hash of the little world's code, tables, and drawings.

    As long as the hash stays the same, the generated data does too, so the hash can be part of a cache key.
    """
    folder, suffixes = Path(__file__).parent, ("*.py", "*.csv", "*.svg")
    content = b"".join(path.read_bytes() for suffix in suffixes for path in sorted(folder.rglob(suffix)))
    return hashlib.sha256(content).hexdigest()[:12]
