"""Groups of rows, for scores over a whole set and over its parts."""

from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # slow to import
    import datasets


def members_by_group(rows: "datasets.Dataset") -> dict[str, list[int]]:
    """Return the indices of `rows` by group: "all" and, if there is a column `held_out`, one group per value."""
    groups = defaultdict(list, {"all": list(range(len(rows)))})
    for i, kind in enumerate(rows["held_out"] if "held_out" in rows.column_names else ()):
        groups[kind].append(i)
    return dict(groups)
