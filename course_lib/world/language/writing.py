"""The spelling of English in the little world: capital letters, and lists of words."""

import re
from collections.abc import Sequence
from functools import cache

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = ("January", "February", "March", "April", "May", "June",
          "July", "August", "September", "October", "November", "December")  # fmt: skip
NAMES = {  # of women and men
    "f": ("ana", "clara", "eva", "julia", "laura", "maria", "rita", "sofia"),
    "m": ("bruno", "carlos", "davi", "hugo", "leo", "lucas", "paulo", "pedro"),
}
NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
PEOPLE = tuple(name.capitalize() for names in NAMES.values() for name in names)

ALWAYS_CAPITAL = re.compile(rf"\b({'|'.join(word.lower() for word in ('I', *PEOPLE, *DAYS))})\b")
SENTENCE_BEGINNING = re.compile(r"(?:^|[.?!] )\w")


def capitalise(text: str) -> str:
    """Return the text with capitals at the start of sentences, and for names, days, and "I"."""
    return SENTENCE_BEGINNING.sub(in_capitals, " ".join(map(with_capital, text.split(" "))))


@cache
def with_capital(word: str) -> str:
    """Return the word, capitalized if it always has a capital."""
    return ALWAYS_CAPITAL.sub(lambda found: found[0].capitalize(), word)


def in_capitals(found: re.Match[str]) -> str:
    """Return the match of a pattern in capitals."""
    return found[0].upper()


def enumerate_words(words: Sequence[str]) -> str:
    """Join words into a list: "a dog"; "a dog and a cat"; "a dog, a cat and a car"."""
    *others, final = words
    return f"{', '.join(others)} and {final}" if others else final


def with_article(noun: str) -> str:
    """Return a noun with its article: a dog, an elephant."""
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"
