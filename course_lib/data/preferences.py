"""Load preference pairs of conversations, in the format of trl-lib/ultrafeedback_binarized."""

from pathlib import Path
from typing import TYPE_CHECKING

from course_lib.data.chat import ChatTemplate
from course_lib.data.messages import check_conversation
from course_lib.data.sources import Row, load_source, require_columns
from course_lib.errors import CourseError, located

if TYPE_CHECKING:  # slow to import
    import datasets


def load_preferences(source: str | Path = "world", split: str = "train") -> "datasets.Dataset":
    """Load preference pairs as rows with the columns `chosen` and `rejected`, which are lists of messages.

    The little world adds the columns `flaw`, which names the criterion that the rejected answer fails, and `held_out`
    (see `course_lib.world.dialogues`).

    Args:
        source: see `load_source`.
        split: "train", "validation", or "test".

    Raises:
        CourseError: the source can't be used, a column is missing, or the conversations of a row are not two different
            answers to the same prompt. The message names the row.
    """
    rows = require_columns(load_source(source, split, world_preferences), "chosen", "rejected")
    for number, row in enumerate(rows.to_list(), start=1):
        with located(f'row {number} of "{source}", split "{split}"'):
            check_preference(row["chosen"], row["rejected"])
    return rows


def prompt_ids(row: Row, template: ChatTemplate) -> list[int]:
    """Return the token ids of the prompt that both conversations of a pair share."""
    return template.prompt(row["chosen"][:-1])


def distinct_prompts(rows: "datasets.Dataset", template: ChatTemplate) -> list[list[int]]:
    """Return the token ids of the prompts in `rows`, without repetitions and in order of their first occurrence."""
    return [list(ids) for ids in dict.fromkeys(tuple(prompt_ids(row, template)) for row in rows)]


def check_preference(chosen: object, rejected: object) -> None:
    """Raise a CourseError unless both conversations are valid and differ only in their last message, the answer."""
    for side, messages in (("chosen", chosen), ("rejected", rejected)):
        if not isinstance(messages, list) or not all(isinstance(message, dict) for message in messages):
            raise CourseError(f"{side} must be a list of messages with role and content, got {messages!r}")
        with located(side):
            check_conversation(messages, last="assistant")
    if chosen == rejected:
        raise CourseError(f"chosen and rejected must differ, got {chosen[-1]['content']!r} twice")
    if chosen[:-1] != rejected[:-1]:
        raise CourseError("chosen and rejected must differ only in the last message, got different prompts")


def world_preferences(split: str) -> list[Row]:
    """Generate the little world's preference pairs as rows of a data set."""
    from course_lib.world.dialogues import make_preferences

    return [dict(vars(preference)) for preference in make_preferences(split)]
