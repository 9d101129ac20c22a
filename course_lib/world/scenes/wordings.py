"""The phrasings of questions about scenes: for each topic, about thirty for training and two held-out ones.

They are listed in `tables/wordings.csv`. The held-out phrasings have no four consecutive words in common with any other
phrasing. The first phrasing of each topic comes from the slide, or is close to it.
"""

from dataclasses import dataclass

from course_lib.world.language.writing import capitalise
from course_lib.world.table import TABLES, read_table

TOPICS = ("object", "alone", "count", "colour", "worn", "place", "person", "side", "presence", "wearing")


@dataclass(frozen=True)
class Wordings:
    """The phrasings of a topic, both known and held-out, with placeholders such as {thing} and {kind}."""

    known: tuple[str, ...]
    held_out: tuple[str, ...]


def read_wordings() -> dict[str, Wordings]:
    """Read the phrasings of all topics, and return a dict from topics to `Wordings`."""
    ways = {topic: {"": [], "yes": []} for topic in TOPICS}
    for row in read_table(TABLES / "wordings.csv"):
        ways[row.one_of("topic", TOPICS)][row.one_of("withheld", ("", "yes"))].append(row.filled("text"))
    return {topic: Wordings(*map(tuple, of_topic.values())) for topic, of_topic in ways.items()}


WORDINGS = read_wordings()


def fill(wording: str, words: dict[str, str]) -> str:
    """Fill words into a phrasing. A capitalized placeholder such as {Be} gets the capitalized word of {be}."""
    words = words | {name.capitalize(): word.capitalize() for name, word in words.items()}
    return capitalise(wording.format_map(words))
