"""Scores over a whole set and over its parts."""

from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # slow to import, and whoever has rows has it already
    import datasets


def members_by_group(rows: "datasets.Dataset") -> dict[str, list[int]]:
    """The indices of `rows` by group: "all", and one for each kind of `held_out` where the rows have that column."""
    groups = defaultdict(list, {"all": list(range(len(rows)))})
    for i, kind in enumerate(rows["held_out"] if "held_out" in rows.column_names else ()):
        groups[kind].append(i)
    return dict(groups)
