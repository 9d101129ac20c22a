"""Kinds of English sentences, which differ in how a question can be recognized: by its first word or by its mark."""

SENTENCE_KINDS = ("yes/no question", "wh-question", "statement")
WH_WORDS = ("what", "who", "where", "when", "why", "how", "which", "whose")


def sentence_kind(english: str) -> str:
    """Return the element of `SENTENCE_KINDS` for a sentence in lower case."""
    if not english.endswith("?"):
        return "statement"
    return "wh-question" if english.startswith(WH_WORDS) else "yes/no question"
