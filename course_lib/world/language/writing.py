"""English spelling in the little world: capital letters, lists of words, and the indefinite article."""

import re
from collections.abc import Sequence
from functools import cache

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = ("January", "February", "March", "April", "May", "June",
          "July", "August", "September", "October", "November", "December")  # fmt: skip
NAMES = {  # of women (f) and men (m)
    "f": ("ana", "clara", "eva", "julia", "laura", "maria", "rita", "sofia"),
    "m": ("bruno", "carlos", "davi", "hugo", "leo", "lucas", "paulo", "pedro"),
}
NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
PEOPLE = tuple(name.capitalize() for names in NAMES.values() for name in names)

ALWAYS_CAPITAL = re.compile(rf"\b({'|'.join(word.lower() for word in ('I', *PEOPLE, *DAYS))})\b")
SENTENCE_BEGINNING = re.compile(r"(?:^|[.?!] )\w")


def capitalise(text: str) -> str:
    """Capitalize the beginning of each sentence, names, days, and "I" in a lower-case text."""
    return SENTENCE_BEGINNING.sub(in_capitals, " ".join(map(with_capital, text.split(" "))))


@cache
def with_capital(word: str) -> str:
    """Capitalize the word if it is a name, a day, or "I"."""
    return ALWAYS_CAPITAL.sub(lambda found: found[0].capitalize(), word)


def in_capitals(found: re.Match[str]) -> str:
    """Return the matched text in capital letters."""
    return found[0].upper()


def enumerate_words(words: Sequence[str]) -> str:
    """Join words into an enumeration: "a dog"; "a dog and a cat"; "a dog, a cat and a car"."""
    *others, final = words
    return f"{', '.join(others)} and {final}" if others else final


def with_article(noun: str) -> str:
    """Return an English noun with its indefinite article: a dog, an elephant."""
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"
