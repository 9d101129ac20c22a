"""What a lesson says of itself in its first cell, its card: its claim, and how long it takes."""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # slow to import
    from nbformat import NotebookNode

CLAIM = re.compile(r"\*\*Claim\.\*\* (.+)")
TIME = re.compile(r"\*\*Time:\*\* ([^·\n]+)")


def claim(lesson: "NotebookNode") -> str:
    """Return the claim of a lesson, or "" if its card has none."""
    return on_card(CLAIM, lesson)


def time_needed(lesson: "NotebookNode") -> str:
    """Return how long a lesson takes, in the words of its card, or "" if the card doesn't say."""
    return on_card(TIME, lesson)


def on_card(pattern: re.Pattern[str], lesson: "NotebookNode") -> str:
    """Return what the first group of the pattern finds in the first cell, or ""."""
    found = pattern.search(lesson.cells[0].source)
    return found[1].strip() if found else ""
