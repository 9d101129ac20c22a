"""Groups of rows in a data set, so that scores can be computed for the whole set and for parts of it."""

from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # slow to import
    import datasets


def members_by_group(rows: "datasets.Dataset") -> dict[str, list[int]]:
    """Group the rows of a data set, and return the indices of the rows in each group.

    The group "all" contains all rows. If there is a column `held_out`, there is also one group for each of its values.
    """
    groups = defaultdict(list, {"all": list(range(len(rows)))})
    for i, kind in enumerate(rows["held_out"] if "held_out" in rows.column_names else ()):
        groups[kind].append(i)
    return dict(groups)
