"""Load dialogues that consist of instructions and responses, in the format of databricks/databricks-dolly-15k."""

from pathlib import Path
from typing import TYPE_CHECKING, NotRequired, TypedDict

from course_lib.data.messages import Conversation, check_conversation
from course_lib.data.sources import Row, load_source, require_columns
from course_lib.errors import CourseError, located

if TYPE_CHECKING:  # slow to import
    import datasets

EASY = ("colours", "comparisons", "greetings", "laws", "refusals")  # categories that need little training


def load_dialogues(source: str | Path = "world", split: str = "train") -> "datasets.Dataset":
    """Load dialogues as rows with the columns `instruction`, `context`, `response`, and `category`.

    The little world adds the columns `history`, which contains the messages before the instruction, and `held_out`
    (see `course_lib.world.dialogues`).

    Args:
        source: see `load_source`.
        split: "train", "validation", or "test".

    Raises:
        CourseError: the source can't be used, a column is missing, or a row can't be used. The message names the row.
    """
    rows = load_source(source, split, world_dialogues)
    rows = require_columns(rows, "instruction", "context", "response", "category")
    for number, row in enumerate(rows.to_list(), start=1):
        with located(f'row {number} of "{source}", split "{split}"'):
            check_dialogue(row)
    return rows


class Dialogue(TypedDict):
    """A row of a data set of dialogues, with an instruction and a response. `context` and `history` are optional."""

    instruction: str
    context: str | None
    response: str
    category: str
    history: NotRequired[Conversation | None]


def conversation(row: Dialogue) -> Conversation:
    """Convert a row of `load_dialogues` into a conversation that ends with the `response`.

    The user's message is the `instruction`, followed by a blank line and the `context` if there is one. If the row has
    a `history`, its messages come first.
    """
    parts = [row["instruction"], row.get("context")]
    return [
        *(row.get("history") or []),
        {"role": "user", "content": "\n\n".join(part for part in parts if part)},
        {"role": "assistant", "content": row["response"]},
    ]


def easy_dialogues(rows: "datasets.Dataset") -> "datasets.Dataset":
    """Return the rows in categories that need little training (`EASY`), or all rows if the source has none."""
    chosen = [i for i, category in enumerate(rows["category"][:]) if category in EASY]
    return rows.select(chosen or range(len(rows)))


def check_dialogue(row: Dialogue) -> None:
    """Raise a CourseError unless the columns of a row have the right types and give a valid conversation."""
    for column in ("instruction", "response"):
        if not isinstance(row[column], str) or not row[column].strip():
            raise CourseError(f"{column} must be a nonempty text, got {row[column]!r}")
    if not isinstance(row["context"] or "", str):
        raise CourseError(f"context must be a text or None, got {row['context']!r}")
    if not isinstance(row.get("history") or [], list):
        raise CourseError(f"history must be a list of messages or None, got {row['history']!r}")
    check_conversation(conversation(row), last="assistant")


def world_dialogues(split: str) -> list[Row]:
    """Generate the little world's dialogues as rows of a data set."""
    from course_lib.world.dialogues import make_dialogues

    return [dict(vars(dialogue)) for dialogue in make_dialogues(split)]
