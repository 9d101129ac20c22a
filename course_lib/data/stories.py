"""Load stories, in the format of roneneldan/TinyStories: a column `text`."""

from pathlib import Path
from typing import TYPE_CHECKING

from course_lib.data.sources import Row, load_source, require_columns
from course_lib.errors import CourseError

if TYPE_CHECKING:  # slow to import
    import datasets


def load_stories(source: str | Path = "world", split: str = "train") -> "datasets.Dataset":
    """Load stories as rows with a column `text`.

    The little world adds the columns `ending`, `topic`, `words`, `tags`, `question`, `answer`, `summary`, and
    `held_out` (see `course_lib.world.stories`).

    Args:
        source: see `load_source`.
        split: "train", "validation", or "test".

    Raises:
        CourseError: the source can't be used, the column `text` is missing, or a row has no text.
    """
    rows = require_columns(load_source(source, split, world_stories), "text")
    for number, text in enumerate(rows["text"][:], start=1):
        if not isinstance(text, str) or not text.strip():
            raise CourseError(f'row {number} of "{source}", split "{split}", must have a text, got {text!r}')
    return rows


def world_stories(split: str) -> list[Row]:
    """Generate the little world's stories as rows of a data set."""
    from course_lib.world.stories import make_stories

    return [dict(vars(story)) for story in make_stories(split)]
