"""The phrasings of questions about scenes: about thirty per topic for training, and two held-out ones.

The held-out phrasings in `tables/wordings.csv` share no four consecutive words with any other. The first phrasing of
each topic is the slide's, or close to it.
"""

from dataclasses import dataclass

from course_lib.world.language.writing import capitalise
from course_lib.world.table import TABLES, read_table

TOPICS = ("object", "alone", "count", "colour", "worn", "place", "person", "side", "presence", "wearing")


@dataclass(frozen=True)
class Wordings:
    """The phrasings of a topic, with {thing}, {kind}, and so on as placeholders."""

    known: tuple[str, ...]
    held_out: tuple[str, ...]


def read_wordings() -> dict[str, Wordings]:
    """Return a dict from topics to `Wordings`."""
    ways = {topic: {"": [], "yes": []} for topic in TOPICS}
    for row in read_table(TABLES / "wordings.csv"):
        ways[row.one_of("topic", TOPICS)][row.one_of("withheld", ("", "yes"))].append(row.filled("text"))
    return {topic: Wordings(*map(tuple, of_topic.values())) for topic, of_topic in ways.items()}


WORDINGS = read_wordings()


def fill(wording: str, words: dict[str, str]) -> str:
    """Return a phrasing with its words filled in. "{Be} ..." takes the word of "be", capitalized."""
    words = words | {name.capitalize(): word.capitalize() for name, word in words.items()}
    return capitalise(wording.format_map(words))
