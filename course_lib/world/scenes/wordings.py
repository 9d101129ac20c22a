"""How questions about scenes may be worded: thirty ways or so each that training shows, and two that it holds out.

The held-out ones of `tables/wordings.csv` share no four words in a row with any other. The first of each topic is the
slide's way of asking, or as near to it as the topic allows.
"""

from dataclasses import dataclass

from course_lib.world.language.writing import capitalise
from course_lib.world.table import TABLES, read_table

TOPICS = ("object", "alone", "count", "colour", "worn", "place", "person", "side", "presence", "wearing")


@dataclass(frozen=True)
class Wordings:
    """The ways of asking about one topic; {thing}, {kind} and so on stand for what is asked about."""

    known: tuple[str, ...]
    held_out: tuple[str, ...]


def read_wordings() -> dict[str, Wordings]:
    """A dict from each topic to its Wordings."""
    ways = {topic: {"": [], "yes": []} for topic in TOPICS}
    for row in read_table(TABLES / "wordings.csv"):
        ways[row.one_of("topic", TOPICS)][row.one_of("withheld", ("", "yes"))].append(row.filled("text"))
    return {topic: Wordings(*map(tuple, of_topic.values())) for topic, of_topic in ways.items()}


WORDINGS = read_wordings()


def fill(wording: str, words: dict[str, str]) -> str:
    """A wording with its words: "{Be} ..." takes those of "be", with a capital."""
    words = words | {name.capitalize(): word.capitalize() for name, word in words.items()}
    return capitalise(wording.format_map(words))
