"""Division of the rows of one file into training, validation, and test splits."""

import hashlib
from collections.abc import Hashable, Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # slow to import
    import datasets

SHARES = "the 9th is for validation and the 10th for the test"


def share(items: Iterable[Hashable], split: str) -> list[int]:
    """Return the indices of the items in a split: of ten different items, 8 are for training (see `SHARES`).

    Equal items are always in the same split. New items at the end don't change the split of the items before them.
    """
    numbers, part = {}, {8: "validation", 9: "test"}
    counted = [numbers.setdefault(item, len(numbers)) for item in items]
    return [index for index, number in enumerate(counted) if part.get(number % 10, "train") == split]


def digests(rows: "datasets.Dataset") -> Iterator[bytes]:
    """Yield a digest of each row as it is stored, without decoding pictures."""
    for table in rows.with_format("arrow").iter(batch_size=100):
        yield from (hashlib.sha256(repr(row).encode()).digest() for row in table.to_pylist())
