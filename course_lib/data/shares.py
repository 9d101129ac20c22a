"""Divide the rows of a single file into training, validation, and test splits."""

import hashlib
from collections.abc import Hashable, Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # slow to import
    import datasets

SHARES = "the 9th is for validation and the 10th for testing"


def share(items: Iterable[Hashable], split: str) -> list[int]:
    """Return the indices of the items that belong to a split.

    Of every ten different items, eight are for training; for the other two, see `SHARES`.

    Equal items are always in the same split. If items are added at the end, the items before them stay in the same
    split.
    """
    numbers, part = {}, {8: "validation", 9: "test"}
    counted = [numbers.setdefault(item, len(numbers)) for item in items]
    return [index for index, number in enumerate(counted) if part.get(number % 10, "train") == split]


def digests(rows: "datasets.Dataset") -> Iterator[bytes]:
    """Yield a SHA-256 digest of each stored row, without decoding its pictures."""
    for table in rows.with_format("arrow").iter(batch_size=100):
        yield from (hashlib.sha256(repr(row).encode()).digest() for row in table.to_pylist())
