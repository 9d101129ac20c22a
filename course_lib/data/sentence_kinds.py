"""Classify English sentences as statements, wh-questions (recognized by the first word), or yes/no questions."""

SENTENCE_KINDS = ("yes/no question", "wh-question", "statement")
WH_WORDS = ("what", "who", "where", "when", "why", "how", "which", "whose")


def sentence_kind(english: str) -> str:
    """Return the kind of an English sentence in lower case, which is one of `SENTENCE_KINDS`."""
    if not english.endswith("?"):
        return "statement"
    return "wh-question" if english.startswith(WH_WORDS) else "yes/no question"
